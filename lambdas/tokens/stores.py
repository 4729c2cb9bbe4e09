"""What the tokens feature stores, and the queue and bus that it writes to."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.kit.events import EventBus
from lambdas.storage.accounts.audit import AuditTrail
from lambdas.tokens.adoption import Adoptions, fingerprint
from lambdas.tokens.completion import CompletionQueue
from lambdas.tokens.connection_writer import ConnectionWriter
from lambdas.tokens.dynamo_token_store import DynamoTokenStore
from lambdas.tokens.login_state import LoginStates
from lambdas.tokens.pending_logins import PendingLogins
from lambdas.tokens.readings import Readings
from lambdas.tokens.settings import TokensSettings
from lambdas.tokens.token_store import TokenStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class TokensStores(InstagramDependencies[TokensSettings]):
    """The part of the composition root that everything else is built on."""

    feature = "tokens"
    settings_type = TokensSettings

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
    def readings(self) -> Readings:
        """Return the accounts that cannot be read."""
        return Readings(self.tokens_table, self.settings.tenant)

    @functools.cached_property
    def adoptions(self) -> Adoptions:
        """Return the record of the environment's token."""
        mark, owner = fingerprint(self.settings.bootstrap_token), f"{self.rng.getrandbits(64):016x}"
        return Adoptions(self.tokens_table, self.settings.tenant, mark, owner)

    @functools.cached_property
    def bus(self) -> EventBus:
        """Return the stage's event bus."""
        return EventBus(self.aws.eventbridge, self.settings.bus_name)

    @functools.cached_property
    def connections(self) -> ConnectionWriter:
        """Return the writer of connections."""
        return ConnectionWriter(
            store=self.store,
            audit=self.audit,
            bus=self.bus,
            clock=self.clock,
            logger=self.logger,
            capabilities=self.settings.capabilities,
            lead=self.settings.lead,
            rng=self.rng,
        )
