"""The composition root of the tokens feature."""

from __future__ import annotations

import functools
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response

from lambdas.api.app import HttpDependencies
from lambdas.api.problem import headers_of
from lambdas.api.responses import html_response
from lambdas.graph.client import Graph
from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.instagram.token_provider import Bootstrap
from lambdas.kit.errors import DaybookError
from lambdas.kit.events import EventBus
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.audit import AuditTrail
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.tokens import page
from lambdas.tokens.accounts import Accounts
from lambdas.tokens.adoption import Adoptions, fingerprint
from lambdas.tokens.app_suspects import AppSuspects
from lambdas.tokens.bootstrap import BootstrapAdoption
from lambdas.tokens.check import ConnectionCheck, Subject
from lambdas.tokens.completion import Completion, CompletionQueue
from lambdas.tokens.connection import Connector
from lambdas.tokens.deletion import Deletions
from lambdas.tokens.dynamo_token_store import DynamoTokenStore
from lambdas.tokens.failures import Failures
from lambdas.tokens.login_state import LoginStates
from lambdas.tokens.manual_refresh import ManualRefresh
from lambdas.tokens.notice import Notices, TopicNotices
from lambdas.tokens.pending_logins import PendingLogins
from lambdas.tokens.privacy import Privacy
from lambdas.tokens.readings import Readings
from lambdas.tokens.refresh import Refresher
from lambdas.tokens.renewal import Renewal
from lambdas.tokens.settings import TokensSettings
from lambdas.tokens.sweep import Sweep
from lambdas.tokens.token_store import TokenStore
from lambdas.tokens.verification import Verifier

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# A renewal makes several calls, which must all end within its lease.
DEADLINE = timedelta(seconds=8)


class TokensDependencies(HttpDependencies[TokensSettings], InstagramDependencies[TokensSettings]):
    """Everything that the tokens feature's functions work with."""

    feature = "tokens"
    settings_type = TokensSettings

    def graph_of(self, login_type: LoginType) -> Graph:
        """Return the client of a login type, with its app's current secret."""
        return self.instagram.graph(login_type, self.app_secrets.credentials(login_type), DEADLINE)

    @functools.cached_property
    def events_table(self) -> Table:
        """Return the table of events, which holds the marks of deleted accounts."""
        return self.aws.table(self.settings.budget_table_name)

    @functools.cached_property
    def store(self) -> TokenStore:
        """Return the store of connected accounts."""
        return DynamoTokenStore(self.tokens_table, self.token_cipher, self.settings.tenant)

    @functools.cached_property
    def audit(self) -> AuditTrail:
        """Return the audit trail."""
        return AuditTrail(self.aws.table(self.settings.audit_table_name), self.settings.tenant)

    @functools.cached_property
    def states(self) -> LoginStates:
        """Return the logins in progress."""
        return LoginStates(self.tokens_table, self.clock)

    @functools.cached_property
    def logins(self) -> PendingLogins:
        """Return the logins whose accounts are searched, chosen or connected."""
        return PendingLogins(self.tokens_table, self.token_cipher, self.clock)

    @functools.cached_property
    def completion_queue(self) -> CompletionQueue:
        """Return the queue that continues pending logins."""
        return CompletionQueue(self.aws.sqs, self.settings.completion_queue_url)

    @functools.cached_property
    def completion(self) -> Completion:
        """Return the work of the queue on pending logins."""
        return Completion(
            logins=self.logins,
            connector=self.connector,
            graph_of=self.graph_of,
            queue=self.completion_queue,
            clock=self.clock,
            logger=self.logger,
            rng=self.rng,
        )

    @functools.cached_property
    def readings(self) -> Readings:
        """Return the accounts that cannot be read."""
        return Readings(self.tokens_table, self.settings.tenant)

    @functools.cached_property
    def notices(self) -> Notices:
        """Return the notices to the responder."""
        return TopicNotices(
            sns=self.aws.sns,
            topic_arn=self.settings.topic_arn,
            table=self.tokens_table,
            states=self.states,
            public_url=self.settings.public_url,
            site_name=self.settings.site_name,
            clock=self.clock,
        )

    @functools.cached_property
    def failures(self) -> Failures:
        """Return the recorder of failures."""
        return Failures(
            store=self.store,
            audit=self.audit,
            notices=self.notices,
            suspects=AppSuspects(self.tokens_table, self.settings.tenant),
            clock=self.clock,
            logger=self.logger,
            rng=self.rng,
            confirm_after=self.settings.confirm_after,
        )

    @functools.cached_property
    def renewal(self) -> Renewal:
        """Return the renewal of tokens."""
        return Renewal(self.graph_of, self.clock)

    @functools.cached_property
    def verifier(self) -> Verifier:
        """Return the verifier of connections."""
        return Verifier(
            store=self.store,
            renewal=self.renewal,
            failures=self.failures,
            readings=self.readings,
            audit=self.audit,
            notices=self.notices,
            clock=self.clock,
            logger=self.logger,
            rng=self.rng,
            lead=self.settings.lead,
        )

    @functools.cached_property
    def refresher(self) -> Refresher:
        """Return the refresher of tokens."""
        return Refresher(
            store=self.store,
            renewal=self.renewal,
            failures=self.failures,
            verifier=self.verifier,
            audit=self.audit,
            clock=self.clock,
            logger=self.logger,
            rng=self.rng,
            lead=self.settings.lead,
            sleep=self.sleep,
        )

    @functools.cached_property
    def connector(self) -> Connector:
        """Return the connector of accounts."""
        return Connector(
            graph_of=self.graph_of,
            states=self.states,
            logins=self.logins,
            store=self.store,
            audit=self.audit,
            clock=self.clock,
            logger=self.logger,
            tenant=self.settings.tenant,
            redirect_uri=self.settings.redirect_uri,
            capabilities=self.settings.capabilities,
            lead=self.settings.lead,
            rng=self.rng,
        )

    @functools.cached_property
    def adoptions(self) -> Adoptions:
        """Return the record of the environment's token."""
        mark, owner = fingerprint(self.settings.bootstrap_token), f"{self.rng.getrandbits(64):016x}"
        return Adoptions(self.tokens_table, self.settings.tenant, mark, owner)

    @functools.cached_property
    def bootstrap(self) -> BootstrapAdoption:
        """Return the adoption of the environment's token."""
        settings = self.settings
        known = Bootstrap(settings.bootstrap_token, settings.ig_user_id, settings.login_type)
        return BootstrapAdoption(
            bootstrap=known if settings.bootstrap_token else None,
            graph_of=self.graph_of,
            connector=self.connector,
            store=self.store,
            adoptions=self.adoptions,
            failures=self.failures,
            clock=self.clock,
            tenant=settings.tenant,
        )

    @functools.cached_property
    def accounts(self) -> Accounts:
        """Return the accounts as operators see them."""
        return Accounts(
            store=self.store,
            audit=self.audit,
            manual=ManualRefresh(
                refresher=self.refresher, bootstrap=self.bootstrap, clock=self.clock
            ),
            bootstrap=self.bootstrap,
            graph_of=self.graph_of,
            clock=self.clock,
            logger=self.logger,
            lead=self.settings.lead,
        )

    @functools.cached_property
    def bus(self) -> EventBus:
        """Return the stage's event bus."""
        return EventBus(self.aws.eventbridge, self.settings.bus_name)

    @functools.cached_property
    def privacy(self) -> Privacy:
        """Return the receiver of Meta's callbacks about people."""
        return Privacy(
            secrets=self.app_secrets,
            store=self.store,
            logins=self.logins,
            tenant=self.settings.tenant,
            deletions=Deletions(self.tokens_table, self.settings.tenant),
            marks=DeletionMarks(self.events_table),
            audit=self.audit,
            failures=self.failures,
            bus=self.bus,
            public_url=self.settings.public_url,
            bootstrap_account=self.settings.ig_user_id,
            data_features=self.settings.account_data_features,
            clock=self.clock,
            logger=self.logger,
        )

    @functools.cached_property
    def sweep(self) -> Sweep:
        """Return the scheduled sweep."""
        return Sweep(
            store=self.store,
            readings=self.readings,
            bootstrap=self.bootstrap,
            failures=self.failures,
            privacy=self.privacy,
            notices=self.notices,
            sqs=self.aws.sqs,
            queue_url=self.settings.refresh_queue_url,
            spread=timedelta(minutes=self.settings.refresh_spread_minutes),
            lead=self.settings.lead,
            metrics=self.metrics,
            clock=self.clock,
            logger=self.logger,
            rng=self.rng,
        )

    def check(self, record: TokenRecord) -> ConnectionCheck:
        """Return the check of one connected account."""
        return ConnectionCheck(
            self.graph_of(record.login_type),
            Subject.of(record, self.store.secrets(record)),
            self.settings.redirect_uri,
            self.settings.capabilities,
            self.clock,
        )

    def report_health(self) -> None:
        """Emit the alarms' numbers at once, after something has changed."""
        self.sweep.health(self.store.all()).report(self.metrics)

    def outcome_page(
        self,
        title: str,
        *sections: page.Section,
        status: HTTPStatus = HTTPStatus.OK,
        request_id: str = "",
    ) -> Response[str]:
        """Return a page about what happened."""
        return self.page_response(page.PageContent(title, sections), status, request_id)

    def page_response(
        self,
        content: page.PageContent,
        status: HTTPStatus = HTTPStatus.OK,
        request_id: str = "",
    ) -> Response[str]:
        """Return a page for account owners."""
        text = page.render(self.settings.site_name, content, request_id)
        headers = page.page_headers(has_form=content.form is not None)
        return html_response(text, status, headers)

    def error_page(self, status: HTTPStatus, error: DaybookError, request_id: str) -> Response[str]:
        """Return an error as a page."""
        section = page.Section("", [error.message])
        answer = self.outcome_page(
            "This did not work", section, status=status, request_id=request_id
        )
        answer.headers.update(headers_of(error))
        return answer
