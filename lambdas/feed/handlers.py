"""The way into the feed's room: messages that somebody found an event's posts stale."""

from __future__ import annotations

import functools
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.feed.refresh import FeedRefresher
from lambdas.feed.settings import FeedSettings
from lambdas.feed.stills import StillCopier
from lambdas.graph.caller import Surroundings
from lambdas.graph.client import Graph
from lambdas.graph.flavour import FLAVOURS, Addresses
from lambdas.graph.login import AppCredentials
from lambdas.graph.transport import RequestsTransport
from lambdas.kit.clock import SystemClock
from lambdas.kit.events import FeedFoundStale
from lambdas.kit.log import logger as room_logger
from lambdas.storage.event import EventStore
from lambdas.storage.feed_state import FeedStateStore
from lambdas.storage.graph_budget import DynamoBudgetStore
from lambdas.storage.graph_reads import DynamoReadStore
from lambdas.storage.objects import ObjectStore
from lambdas.storage.post import PostStore
from lambdas.storage.vault import TokenVault

logger = room_logger("feed")
batch = BatchProcessor(event_type=EventType.SQS)


def refresh(event: dict[str, Any], context: Any) -> Any:
    """Messages of the feed's queue: those that fail stay in it."""
    return process_partial_response(event=event, record_handler=refresh_event, processor=batch, context=context)


def refresh_event(record: SQSRecord) -> None:
    """One message: the fact that an event's posts are stale."""
    fact = FeedFoundStale.from_detail(record.json_body["detail"])
    event = _events().get(fact.event_id)
    _refresher().refresh(event)


@functools.cache
def _settings() -> FeedSettings:
    return FeedSettings.from_env()


@functools.cache
def _events() -> EventStore:
    return EventStore(_settings().table_name, _settings().time_zone, _settings().date_events)


@functools.cache
def _refresher() -> FeedRefresher:
    settings, transport, clock = _settings(), RequestsTransport(), SystemClock()
    base, version = settings.graph_address
    budget, reads = DynamoBudgetStore(settings.table_name), DynamoReadStore(settings.table_name, clock)
    around = Surroundings(transport, clock, logger)
    # Reading posts needs no app secret; the app's share of the budget goes by the flavour alone until an app is configured.
    app = AppCredentials(settings.login_flavour, "")
    graph = Graph(FLAVOURS[settings.login_flavour], app, Addresses(version, base), around, budget, reads)
    token = TokenVault(settings.ig_user_id, settings.bootstrap_token).usable_token()
    account = graph.account(token.account_id or "me", token.token) if token else None
    stills = StillCopier(ObjectStore(settings.bucket_name), transport, settings.media_hosts, logger)
    states = FeedStateStore(settings.table_name, settings.feed_freshness)
    return FeedRefresher(account, PostStore(settings.table_name), states, stills, clock, logger)


def forget() -> None:
    """Drops all parts, so that a test's next ones are built from its own settings."""
    for part in (_settings, _events, _refresher):
        part.cache_clear()
