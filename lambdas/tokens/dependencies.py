"""The feature's parts, put together once per function instance from its settings."""

from __future__ import annotations

import functools
import random
from datetime import timedelta
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.app import html_answer
from lambdas.api.problem import headers_of
from lambdas.graph.client import Graph
from lambdas.graph.transport import RequestsTransport
from lambdas.instagram.app_secret import AppSecrets
from lambdas.instagram.clients import Instagram
from lambdas.kit.clock import SystemClock
from lambdas.kit.errors import DaybookError
from lambdas.kit.log import FeatureMetrics
from lambdas.kit.log import logger as feature_logger
from lambdas.storage.accounts.audit import AuditTrail
from lambdas.storage.accounts.token_cipher import TokenCipher
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.tokens import page
from lambdas.tokens.accounts import Accounts
from lambdas.tokens.adoption import AdoptionLease
from lambdas.tokens.bootstrap import BootstrapAdoption
from lambdas.tokens.check import ConnectionCheck, Subject
from lambdas.tokens.connection import ConnectDesk
from lambdas.tokens.deletion import Deletions
from lambdas.tokens.health import Health
from lambdas.tokens.login_state import LoginStates
from lambdas.tokens.notice import TopicNotices
from lambdas.tokens.privacy import PrivacyDesk
from lambdas.tokens.refresh import Refresher
from lambdas.tokens.renewal import Renewal
from lambdas.tokens.settings import TokensSettings
from lambdas.tokens.sweep import Sweep
from lambdas.tokens.token_store import DynamoTokenStore

logger = feature_logger("tokens")
metrics = FeatureMetrics("tokens")
clock = SystemClock()
rng = random.SystemRandom()
# A renewal makes several calls, and all of them have to fit under the lease.
DEADLINE = timedelta(seconds=8)


@functools.cache
def settings() -> TokensSettings:
    """What the environment says."""
    return TokensSettings.from_env()


@functools.cache
def app_secrets() -> AppSecrets:
    """The apps that call."""
    return AppSecrets(settings().app_secret_arn, clock)


@functools.cache
def instagram() -> Instagram:
    """The way to Instagram."""
    return Instagram(settings(), RequestsTransport(), clock, logger)


def graph_of(login_type: str) -> Graph:
    """The client of a login type, with its app's secret of now."""
    return instagram().graph(login_type, app_secrets().credentials(login_type), DEADLINE)


@functools.cache
def store() -> DynamoTokenStore:
    """The accounts."""
    return DynamoTokenStore(
        settings().tokens_table_name, TokenCipher(settings().token_key_arn), settings().tenant
    )


@functools.cache
def audit() -> AuditTrail:
    """What happened to them."""
    return AuditTrail(settings().audit_table_name, settings().tenant)


@functools.cache
def states() -> LoginStates:
    """Logins on their way."""
    return LoginStates(settings().tokens_table_name, clock)


@functools.cache
def notices() -> TopicNotices:
    """What the person on call is told."""
    return TopicNotices(
        settings().topic_arn,
        settings().tokens_table_name,
        states(),
        settings().public_url,
        settings().site_name,
        clock,
    )


@functools.cache
def refresher() -> Refresher:
    """What refreshes."""
    return Refresher(
        store(), Renewal(graph_of, clock), audit(), notices(), clock, logger, settings().lead, rng
    )


@functools.cache
def desk() -> ConnectDesk:
    """What connects."""
    return ConnectDesk(
        graph_of,
        states(),
        store(),
        audit(),
        clock,
        logger,
        tenant=settings().tenant,
        redirect_uri=settings().redirect_uri,
        capabilities=settings().capabilities,
        lead=settings().lead,
        rng=rng,
    )


@functools.cache
def bootstrap() -> BootstrapAdoption:
    """The environment's token."""
    known = settings()
    lease = AdoptionLease(known.tokens_table_name, known.tenant)
    return BootstrapAdoption(
        known.bootstrap_token,
        known.ig_user_id,
        known.login_type,
        graph_of,
        desk(),
        store(),
        lease,
        refresher(),
        clock,
        known.tenant,
    )


@functools.cache
def accounts() -> Accounts:
    """What operators see and do."""
    return Accounts(
        store(), audit(), refresher(), bootstrap(), graph_of, clock, logger, settings().lead
    )


@functools.cache
def sweep() -> Sweep:
    """The scheduled look at all accounts."""
    spread = timedelta(minutes=settings().refresh_spread_minutes)
    known = settings()
    return Sweep(
        store(),
        known.refresh_queue_url,
        spread,
        bootstrap(),
        refresher(),
        known.lead,
        notices(),
        metrics,
        clock,
        logger,
        rng,
    )


@functools.cache
def privacy() -> PrivacyDesk:
    """What Meta's callbacks ask for."""
    return PrivacyDesk(
        app_secrets().all_secrets,
        store(),
        Deletions(settings().tokens_table_name),
        audit(),
        notices(),
        settings().bus_name,
        settings().public_url,
        clock,
        logger,
    )


def check(record: TokenRecord) -> ConnectionCheck:
    """The questions about one account."""
    subject = Subject.of(record, store().secrets(record))
    return ConnectionCheck(
        graph_of(record.login_type),
        subject,
        settings().redirect_uri,
        settings().capabilities,
        clock,
    )


def report_health() -> None:
    """Gives the alarms their numbers at once, where something has changed."""
    Health.of(store().all(), clock.now(), bootstrap_failing=bootstrap().failing).report(metrics)


def outcome_page(
    title: str, *sections: page.Section, status: HTTPStatus = HTTPStatus.OK, request_id: str = ""
) -> Response[str]:
    """A page about what happened."""
    return html_answer(
        page.render(settings().site_name, title, *sections, request_id=request_id),
        status,
        page.page_headers(),
    )


def error_page(status: HTTPStatus, error: DaybookError, request_id: str) -> Response[str]:
    """An error as a page."""
    answer = outcome_page(
        "That did not work", page.Section("", [error.message]), status=status, request_id=request_id
    )
    answer.headers.update(headers_of(error))
    return answer


def forget() -> None:
    """Drops all parts, so that a test's next ones are built from its own settings."""
    for part in (
        settings,
        app_secrets,
        instagram,
        store,
        audit,
        states,
        notices,
        refresher,
        desk,
        bootstrap,
        accounts,
        sweep,
        privacy,
    ):
        part.cache_clear()
