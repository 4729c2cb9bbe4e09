"""The composition root of the tokens feature."""

from __future__ import annotations

import functools
from datetime import timedelta

from lambdas.graph.client import Graph
from lambdas.instagram.token_provider import Bootstrap
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.tokens.accounts import Accounts
from lambdas.tokens.app_suspects import AppSuspects
from lambdas.tokens.bootstrap import BootstrapAdoption
from lambdas.tokens.check import ConnectionCheck, Subject
from lambdas.tokens.completion import Completion
from lambdas.tokens.connection import Connector
from lambdas.tokens.deletion import Deletions
from lambdas.tokens.environment_owner import EnvironmentOwner
from lambdas.tokens.failures import Failures
from lambdas.tokens.manual_refresh import ManualRefresh
from lambdas.tokens.notice import Notices, TopicNotices
from lambdas.tokens.pages import TokensPages
from lambdas.tokens.privacy import Privacy
from lambdas.tokens.refresh import Refresher
from lambdas.tokens.renewal import Renewal
from lambdas.tokens.stores import TokensStores
from lambdas.tokens.sweep import Sweep
from lambdas.tokens.verification import Verifier
from lambdas.tokens.webhooks import AccountWebhooks

# A renewal makes several calls, which must all end within its lease.
DEADLINE = timedelta(seconds=8)
# Meta waits for the answer to its callback while this is found out.
OWNER_DEADLINE = timedelta(seconds=4)


class TokensDependencies(TokensStores, TokensPages):
    """Everything that the tokens feature's functions work with."""

    def graph_of(self, login_type: LoginType) -> Graph:
        """Return the client of a login type, with its app's current secret."""
        return self._graph(login_type, DEADLINE)

    def _graph(self, login_type: LoginType, deadline: timedelta) -> Graph:
        return self.instagram.graph(login_type, self.app_secrets.credentials(login_type), deadline)

    @functools.cached_property
    def completion(self) -> Completion:
        """Return the work of the queue on pending logins."""
        return Completion(
            logins=self.logins,
            connector=self.connector,
            connections=self.connections,
            graph_of=self.graph_of,
            queue=self.completion_queue,
            clock=self.clock,
            logger=self.logger,
            rng=self.rng,
        )

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
            connections=self.connections,
            clock=self.clock,
            logger=self.logger,
            tenant=self.settings.tenant,
            redirect_uri=self.settings.redirect_uri,
            capabilities=self.settings.capabilities,
        )

    @functools.cached_property
    def bootstrap(self) -> BootstrapAdoption:
        """Return the adoption of the environment's token."""
        settings = self.settings
        known = Bootstrap(settings.bootstrap_token, settings.ig_user_id, settings.login_type)
        return BootstrapAdoption(
            bootstrap=known if settings.bootstrap_token else None,
            graph_of=self.graph_of,
            connector=self.connector,
            connections=self.connections,
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
            webhooks=AccountWebhooks(self.store, self.graph_of, self.logger),
            graph_of=self.graph_of,
            clock=self.clock,
            logger=self.logger,
            lead=self.settings.lead,
        )

    @functools.cached_property
    def environment_owner(self) -> EnvironmentOwner:
        """Return what knows whose the environment's token is."""
        return EnvironmentOwner(
            adoption=self.bootstrap,
            store=self.store,
            graph_of=lambda one: self._graph(one, OWNER_DEADLINE),
            logger=self.logger,
        )

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
            environment=self.environment_owner,
            readings=self.readings,
            login_type=self.settings.login_type,
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
