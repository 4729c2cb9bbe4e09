"""The ways into the feed's feature: messages that somebody found an event's posts stale, or wants what is stored of them deleted."""

from __future__ import annotations

import functools
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.feed.refresh import FeedRefresher
from lambdas.feed.settings import FeedSettings
from lambdas.feed.stills import StillCopier
from lambdas.graph.transport import RequestsTransport
from lambdas.instagram.clients import Instagram
from lambdas.kit.clock import SystemClock
from lambdas.kit.events import AccountDataDeletionRequested, FeedFoundStale, TokenRefused
from lambdas.kit.log import logger as feature_logger
from lambdas.kit.log import logs_failures
from lambdas.storage.events.event import EventStore
from lambdas.storage.events.feed_state import FeedStateStore
from lambdas.storage.events.post import PostStore
from lambdas.storage.objects import ObjectStore

logger = feature_logger("feed")
batch = BatchProcessor(event_type=EventType.SQS)


def refresh(event: dict[str, Any], context: Any) -> Any:
    """Messages of the feed's queue: those that fail stay in it."""
    return process_partial_response(
        event=event, record_handler=refresh_event, processor=batch, context=context
    )


@logs_failures(logger)
def refresh_event(record: SQSRecord) -> None:
    """One message: the fact that an event's posts are stale."""
    fact = FeedFoundStale.from_detail(record.json_body["detail"])
    event = _events().get(fact.event_id)
    _refresher().refresh(event)


def forget(event: dict[str, Any], context: Any) -> Any:
    """Messages that somebody's data are to be deleted."""
    return process_partial_response(
        event=event, record_handler=forget_account, processor=batch, context=context
    )


@logs_failures(logger)
def forget_account(record: SQSRecord) -> None:
    """One message: the posts of one account, and our copies of their pictures."""
    fact = AccountDataDeletionRequested.from_detail(record.json_body["detail"])
    posts, stills, gone = PostStore(_settings().table_name), _stills(), 0
    for post in posts.all_of_account(fact.account_id):
        stills.delete(post)
        posts.delete(post)
        gone += 1
    logger.info("posts deleted for their owner", extra={"account": fact.account_id, "posts": gone})


@functools.cache
def _settings() -> FeedSettings:
    return FeedSettings.from_env()


@functools.cache
def _events() -> EventStore:
    return EventStore(_settings().table_name, _settings().time_zone, _settings().date_events)


@functools.cache
def _transport() -> RequestsTransport:
    return RequestsTransport()


@functools.cache
def _stills() -> StillCopier:
    return StillCopier(
        ObjectStore(_settings().bucket_name), _transport(), _settings().media_hosts, logger
    )


@functools.cache
def _refresher() -> FeedRefresher:
    settings, clock = _settings(), SystemClock()
    instagram = Instagram(settings, _transport(), clock, logger)
    states = FeedStateStore(settings.table_name, settings.feed_freshness)
    return FeedRefresher(
        instagram.account,
        PostStore(settings.table_name),
        states,
        _stills(),
        clock,
        logger,
        _tell_of_refused_token,
    )


def _tell_of_refused_token(account_id: str) -> None:
    # At once, to whoever keeps tokens: they ask for themselves, and call a person.
    TokenRefused(account_id).publish(_settings().bus_name)


def forget_parts() -> None:
    """Drops all parts, so that a test's next ones are built from its own settings."""
    for part in (_settings, _events, _transport, _stills, _refresher):
        part.cache_clear()
