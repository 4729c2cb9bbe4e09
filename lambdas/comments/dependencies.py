"""What takes updates, applies rules to them, and performs actions."""

from __future__ import annotations

import functools

from lambdas.comments.acting.effects import Effects
from lambdas.comments.acting.operations import Operations
from lambdas.comments.acting.performer import Performer
from lambdas.comments.acting.recording import ActionFactory
from lambdas.comments.acting.undoing import Undoing
from lambdas.comments.escalations import Escalations
from lambdas.comments.forgetting import Forgetting
from lambdas.comments.notices import Notices
from lambdas.comments.records import Item
from lambdas.comments.rule_store import RuleBook
from lambdas.comments.shared_dependencies import SharedDependencies
from lambdas.comments.taking.completion import Completion
from lambdas.comments.taking.media_finder import MediaFinder
from lambdas.comments.taking.mentions import MentionReader
from lambdas.comments.taking.message_changes import MessageChanges
from lambdas.comments.taking.names import Names
from lambdas.comments.taking.own_activity import OwnActivity
from lambdas.comments.taking.patience import Patience
from lambdas.comments.taking.ruling import RuleSets, Ruling
from lambdas.comments.taking.taker import Taker
from lambdas.comments.taking.used import RuleUse, StoredRuleUse


class CommentsDependencies(SharedDependencies):
    """Everything that `receive`, `take`, `act` and `forget` work with."""

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
        """Return what keeps items in step with actions."""
        return Effects(
            ledger=self.ledger,
            media=self.media,
            pauses=self.pauses,
            report_blocked=self.notices.blocked,
            escalated=self.escalations.report,
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
            people=self.people,
            accounts=self.accounts,
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
    def patience(self) -> Patience:
        """Return which accounts are not asked for at the moment."""
        return Patience(self.clock)

    @functools.cached_property
    def media_finder(self) -> MediaFinder:
        """Return what finds media objects."""
        return MediaFinder(
            store=self.media,
            account=self.client_of,
            patience=self.patience,
            clock=self.clock,
            logger=self.logger,
        )

    @functools.cached_property
    def rule_sets(self) -> RuleSets:
        """Return the rules of accounts."""
        return RuleBook(self.rule_store)

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
    def mention_reader(self) -> MentionReader:
        """Return what reads mentions."""
        return MentionReader(self.client_of, self.patience)

    @functools.cached_property
    def own_activity(self) -> OwnActivity:
        """Return what accounts do themselves."""
        return OwnActivity(self.ledger, self.effects)

    @functools.cached_property
    def completion(self) -> Completion:
        """Return what completes stored items."""
        return Completion(
            ledger=self.ledger,
            accounts=self.accounts,
            media=self.media_finder,
            mentions=self.mention_reader,
            activity=self.own_activity,
            ruling=self.ruling,
            clock=self.clock,
        )

    @functools.cached_property
    def taker(self) -> Taker:
        """Return what takes updates."""
        return Taker(
            ledger=self.ledger,
            accounts=self.accounts,
            media=self.media_finder,
            mentions=self.mention_reader,
            names=Names(self.people, self.ledger, self.client_of, self.patience, self.clock),
            people=self.people,
            changes=MessageChanges(self.ledger, self.clock),
            activity=self.own_activity,
            completion=self.completion,
            kept=self.kept,
            note_event=self.note_event,
            clock=self.clock,
            emit=self.metrics.emit,
        )

    def rule_use(self, item: Item) -> RuleUse:
        """Return what counts the uses of rules about an item."""
        tenant = self.settings.tenant
        return StoredRuleUse(self.table, tenant, item.account_id, item.id, self.clock, self.sleep)

    @functools.cached_property
    def forgetting(self) -> Forgetting:
        """Return what deletes the data of accounts and persons."""
        return Forgetting(
            store=self.store, marks=self.marks, accounts=self.accounts, clock=self.clock
        )

    def note_event(self, account_id: str) -> None:
        """Record that a webhook brought something for an account."""
        self.account_states.note_event(account_id, self.clock.now())
