"""The composition root of what takes updates and acts on them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from lambdas.api.app import HttpDependencies
from lambdas.comments.accounts import InboxAccounts
from lambdas.comments.acting.effects import Effects
from lambdas.comments.acting.operations import Operations
from lambdas.comments.acting.performer import Performer
from lambdas.comments.acting.queue import Actions, ActQueue
from lambdas.comments.acting.recording import ActionFactory
from lambdas.comments.acting.undoing import Undoing
from lambdas.comments.escalations import Escalations
from lambdas.comments.forgetting import Forgetting
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.media import MediaStore
from lambdas.comments.notices import Notices
from lambdas.comments.pauses import Pauses, StoredPauses
from lambdas.comments.people import People, StoredPeople
from lambdas.comments.receiving.incoming import IncomingQueue
from lambdas.comments.records import Item
from lambdas.comments.settings import CommentsSettings
from lambdas.comments.store import InboxStore
from lambdas.comments.sweep import InboxSweep
from lambdas.comments.taking.kept import Kept, KeptUpdates
from lambdas.comments.taking.media_finder import MediaFinder
from lambdas.comments.taking.mentions import MentionReader
from lambdas.comments.taking.message_changes import MessageChanges
from lambdas.comments.taking.names import Names
from lambdas.comments.taking.ruling import RuleSets, Ruling
from lambdas.comments.taking.taker import Taker
from lambdas.comments.taking.unfinished import UnfinishedItems
from lambdas.comments.taking.used import RuleUse, StoredRuleUse
from lambdas.graph.client import Account
from lambdas.instagram.account_rows import AccountRows
from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.kit.events import EventBus, TokenRefused
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class CommentsDependencies(
    HttpDependencies[CommentsSettings], InstagramDependencies[CommentsSettings]
):
    """Items, actions, rules, and the ways to Instagram and to people."""

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
        return StoredPeople(self.table, self.settings.tenant)

    @functools.cached_property
    def pauses(self) -> Pauses:
        """Return the pauses of what rules send."""
        return StoredPauses(self.table, self.settings.tenant)

    @functools.cached_property
    def kept(self) -> Kept:
        """Return what keeps updates that are not understood."""
        return KeptUpdates(self.table, self.settings.tenant)

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
    def notices(self) -> Notices:
        """Return the messages to people."""
        return Notices(
            sns=self.aws.sns,
            topic_arn=self.settings.topic_arn,
            table=self.table,
            tenant=self.settings.tenant,
            accounts=self.accounts,
            public_url=self.settings.public_url,
            clock=self.clock,
            emit=self.metrics.emit,
        )

    @functools.cached_property
    def escalations(self) -> Escalations:
        """Return the reports of escalations."""
        return Escalations(self.ledger, self.notices)

    @functools.cached_property
    def factory(self) -> ActionFactory:
        """Return what makes actions."""
        return ActionFactory(self.clock, self.rng)

    @functools.cached_property
    def effects(self) -> Effects:
        """Return what follows from actions."""
        return Effects(
            ledger=self.ledger,
            pauses=self.pauses,
            report_blocked=self.notices.blocked,
            clock=self.clock,
            emit=self.metrics.emit,
        )

    @functools.cached_property
    def performer(self) -> Performer:
        """Return what performs actions."""
        return Performer(
            ledger=self.ledger,
            account=self.client_of,
            accounts=self.accounts,
            effects=self.effects,
            queue=self.act_queue,
            report_refused_token=self.report_refused_token,
            clock=self.clock,
            logger=self.logger,
            emit=self.metrics.emit,
        )

    @functools.cached_property
    def operations(self) -> Operations:
        """Return what operators can do."""
        return Operations(
            ledger=self.ledger,
            performer=self.performer,
            factory=self.factory,
            media=self.media,
            people=self.people,
            escalated=self.escalations.report,
            clock=self.clock,
        )

    @functools.cached_property
    def undoing(self) -> Undoing:
        """Return what takes back what rules did."""
        return Undoing(
            ledger=self.ledger,
            performer=self.performer,
            factory=self.factory,
            clock=self.clock,
        )

    @functools.cached_property
    def media_finder(self) -> MediaFinder:
        """Return what finds media objects."""
        return MediaFinder(
            store=self.media, account=self.client_of, clock=self.clock, logger=self.logger
        )

    @functools.cached_property
    def rule_sets(self) -> RuleSets:
        """Return the rules of accounts."""
        raise NotImplementedError

    @functools.cached_property
    def note_event(self) -> Callable[[str], None]:
        """Return what records that a webhook brought something for an account."""
        raise NotImplementedError

    @functools.cached_property
    def ruling(self) -> Ruling:
        """Return what applies rules."""
        return Ruling(
            ledger=self.ledger,
            rules=self.rule_sets,
            use_of=self.rule_use,
            accounts=self.accounts,
            pauses=self.pauses,
            factory=self.factory,
            queue=self.act_queue,
            escalated=self.escalations.report,
            clock=self.clock,
            emit=self.metrics.emit,
        )

    @functools.cached_property
    def taker(self) -> Taker:
        """Return what takes updates."""
        return Taker(
            ledger=self.ledger,
            accounts=self.accounts,
            media=self.media_finder,
            mentions=MentionReader(self.client_of),
            names=Names(self.people, self.ledger, self.client_of, self.clock),
            people=self.people,
            changes=MessageChanges(self.ledger, self.clock),
            kept=self.kept,
            ruling=self.ruling,
            effects=self.effects,
            note_event=self.note_event,
            clock=self.clock,
            emit=self.metrics.emit,
        )

    @functools.cached_property
    def forgetting(self) -> Forgetting:
        """Return what deletes the data of accounts and persons."""
        return Forgetting(
            store=self.store, marks=self.marks, accounts=self.accounts, clock=self.clock
        )

    @functools.cached_property
    def inbox_sweep(self) -> InboxSweep:
        """Return what goes on with what was interrupted."""
        return InboxSweep(
            ledger=self.ledger,
            queue=self.act_queue,
            complete=self.unfinished.put,
            escalations=self.escalations,
            clock=self.clock,
            logger=self.logger,
            emit=self.metrics.emit,
        )

    def rule_use(self, item: Item) -> RuleUse:
        """Return what counts the uses of rules about an item."""
        tenant = self.settings.tenant
        return StoredRuleUse(self.table, tenant, item.account_id, item.id, self.clock)

    def client_of(self, account_id: str) -> Account | None:
        """Return the client of an account, or None if it is not connected."""
        return self.instagram.account(account_id)

    def report_refused_token(self, account_id: str) -> None:
        """Report that Instagram refused an account's token."""
        self.bus.publish(TokenRefused(account_id))
