"""What all functions of the comments feature work with: rows, queues, and accounts."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from lambdas.api.app import HttpDependencies
from lambdas.comments.accounts import InboxAccounts
from lambdas.comments.acting.queue import Actions, ActQueue
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.media import MediaStore
from lambdas.comments.pauses import Pauses, StoredPauses
from lambdas.comments.people import People, StoredPeople
from lambdas.comments.reading.account_state import AccountStates
from lambdas.comments.reading.app_webhooks import AppWebhooks
from lambdas.comments.reading.scheduling import BackfillQueue
from lambdas.comments.receiving.incoming import IncomingQueue
from lambdas.comments.rule_store import RuleStore
from lambdas.comments.settings import CommentsSettings
from lambdas.comments.store import InboxStore
from lambdas.comments.taking.kept import Kept, KeptUpdates
from lambdas.comments.taking.unfinished import UnfinishedItems
from lambdas.graph.app_subscriptions import AppSubscriptions
from lambdas.graph.client import Account
from lambdas.instagram.account_rows import AccountRows
from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.kit.errors import NotConfigured
from lambdas.kit.events import EventBus, TokenRefused
from lambdas.kit.login_type import LoginType
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class SharedDependencies(
    HttpDependencies[CommentsSettings], InstagramDependencies[CommentsSettings]
):
    """The rows of the inbox, and the ways to other systems."""

    feature = "comments"
    settings_type = CommentsSettings

    @functools.cached_property
    def table(self) -> Table:
        """Return the table of the inbox."""
        return self.aws.table(self.settings.inbox_table_name)

    @functools.cached_property
    def marks(self) -> DeletionMarks:
        """Return the marks of accounts whose data must be deleted."""
        return DeletionMarks(self.aws.table(self.settings.events_table_name))

    @functools.cached_property
    def store(self) -> InboxStore:
        """Return the rows of items and actions."""
        return InboxStore(self.table, self.marks, self.settings.tenant)

    @functools.cached_property
    def ledger(self) -> InboxLedger:
        """Return the items and actions."""
        return self.store

    @functools.cached_property
    def media(self) -> MediaStore:
        """Return the media objects that accounts have to do with."""
        return MediaStore(self.table, self.marks, self.settings.tenant)

    @functools.cached_property
    def people(self) -> People:
        """Return the persons who write messages."""
        return StoredPeople(self.table, self.marks, self.settings.tenant)

    @functools.cached_property
    def pauses(self) -> Pauses:
        """Return the pauses of what rules send."""
        return StoredPauses(self.table, self.settings.tenant)

    @functools.cached_property
    def kept(self) -> Kept:
        """Return what keeps updates that are not understood."""
        return KeptUpdates(self.table, self.marks, self.settings.tenant)

    @functools.cached_property
    def account_rows(self) -> AccountRows:
        """Return the rows of connected accounts."""
        return AccountRows(self.tokens_table, self.settings.tenant)

    @functools.cached_property
    def accounts(self) -> InboxAccounts:
        """Return the accounts whose inbox is kept."""
        return InboxAccounts(self.account_rows, self.clock)

    @functools.cached_property
    def objects(self) -> ObjectStore:
        """Return the bucket, where webhooks are kept that cannot be read."""
        return ObjectStore(self.aws.s3, self.settings.bucket_name)

    @functools.cached_property
    def bus(self) -> EventBus:
        """Return the stage's event bus."""
        return EventBus(self.aws.eventbridge, self.settings.bus_name)

    @functools.cached_property
    def incoming(self) -> IncomingQueue:
        """Return the queue of updates."""
        return IncomingQueue(self.aws.sqs, self.settings.incoming_queue_url, self.objects)

    @functools.cached_property
    def unfinished(self) -> UnfinishedItems:
        """Return what puts items whose rules were not applied into the queue of updates."""
        return UnfinishedItems(self.aws.sqs, self.settings.incoming_queue_url)

    @functools.cached_property
    def act_queue(self) -> Actions:
        """Return the queue of actions."""
        return ActQueue(self.aws.sqs, self.settings.act_queue_url)

    @functools.cached_property
    def backfill_queue(self) -> BackfillQueue:
        """Return the queue of accounts to read."""
        return BackfillQueue(self.aws.sqs, self.settings.backfill_queue_url)

    @functools.cached_property
    def rule_store(self) -> RuleStore:
        """Return the rules of accounts, with their earlier versions."""
        return RuleStore(self.table, self.marks, self.settings.tenant)

    @functools.cached_property
    def account_states(self) -> AccountStates:
        """Return what is known of the accounts' webhooks and of their reading."""
        return AccountStates(self.table, self.marks, self.settings.tenant)

    @functools.cached_property
    def app_webhooks(self) -> AppWebhooks:
        """Return the subscriptions of the apps."""
        return AppWebhooks(
            table=self.table,
            tenant=self.settings.tenant,
            client=self.app_subscriptions_of,
            callback_url=self.settings.webhook_url,
            verify_token=self.verify_token,
            clock=self.clock,
            logger=self.logger,
        )

    def warm_up(self) -> None:
        """Build what the first request needs, for a snapshot. Calls nothing."""
        _ = self.store, self.app_secrets, self.incoming, self.accounts, self.secrets

    def app_subscriptions_of(self, login_type: LoginType) -> AppSubscriptions:
        """Return the calls of an app with its own token. Raises NotConfigured."""
        app = self.app_secrets.credentials(login_type)
        return self.instagram.graph(login_type, app).app_subscriptions

    def verify_token(self) -> str:
        """Return what Meta has to bring to the handshake. Raises NotConfigured."""
        tokens = next(self.app_secrets.verification_tokens(), [])
        if not tokens:
            raise NotConfigured("The app secret holds no webhook_verify_token.")
        return tokens[0]

    def client_of(self, account_id: str) -> Account | None:
        """Return the client of an account, or None if it is not connected."""
        return self.instagram.account(account_id)

    def report_refused_token(self, account_id: str) -> None:
        """Report that Instagram refused an account's token."""
        self.bus.publish(TokenRefused(account_id))
