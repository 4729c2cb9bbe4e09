"""What the handlers of operators' requests work with, as a type; the feature's root builds it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from lambdas.comments.accounts import InboxAccounts
from lambdas.comments.acting.operations import Requested
from lambdas.comments.operating.author_deletion import AuthorDeletion
from lambdas.comments.operating.discovering import Discovering
from lambdas.comments.operating.listing import InboxLists
from lambdas.comments.operating.rule_changes import RuleChanges
from lambdas.comments.operating.rule_trial import RuleTrial
from lambdas.comments.operating.subscription_lists import SubscriptionLists
from lambdas.comments.records import Action, Item, ItemState
from lambdas.kit.clock import Clock

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger as PowertoolsLogger


class RuleUndone(Protocol):
    """What was taken back of a rule; with `more` the same request goes on."""

    @property
    def items(self) -> int:
        """Return how many items it was."""

    @property
    def actions(self) -> int:
        """Return how many actions were made for that."""

    @property
    def more(self) -> bool:
        """Return whether something is left."""


class OperatorActions(Protocol):
    """What operators can do; see `acting.operations.Operations`."""

    def reply(self, item_id: str, text: str, by: str, request_id: str | None) -> Requested:
        """Reply to a comment."""

    def reply_privately(
        self, item_id: str, text: str, by: str, request_id: str | None
    ) -> Requested:
        """Send a comment's author the one private reply."""

    def set_hidden(self, item_id: str, hidden: bool, by: str, request_id: str | None) -> Requested:
        """Hide a comment, or show it again."""

    def delete(self, item_id: str, by: str, request_id: str | None) -> Requested:
        """Delete a comment on Instagram."""

    def reply_to_mention(
        self, item_id: str, text: str, by: str, request_id: str | None
    ) -> Requested:
        """Answer a mention with a comment."""

    def set_comments_enabled(
        self, account_id: str, media_id: str, enabled: bool, by: str, request_id: str | None
    ) -> Requested:
        """Allow or forbid comments below a media object."""

    def message(
        self, account_id: str, thread: str, text: str, by: str, request_id: str | None
    ) -> Requested:
        """Answer a person's messages."""

    def set_state(self, item_id: str, state: ItemState, by: str) -> Item:
        """Set what an item needs of people."""


class Undoing(Protocol):
    """Takes back what rules did."""

    def undo(self, item_id: str, by: str) -> list[Action]:
        """Take back what a rule did with an item."""

    def undo_rule(self, account_id: str, rule: str, since: datetime, by: str) -> RuleUndone:
        """Take back what a rule did since a time."""


class Operating(Protocol):
    """The dependencies of the handlers."""

    @property
    def accounts(self) -> InboxAccounts:
        """Return the accounts whose inbox is kept."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""

    @property
    def logger(self) -> PowertoolsLogger:
        """Return the feature's logger."""

    @property
    def inbox_lists(self) -> InboxLists:
        """Return the lists of the inbox."""

    @property
    def operations(self) -> OperatorActions:
        """Return what operators can do."""

    @property
    def undoing(self) -> Undoing:
        """Return what takes back what rules did."""

    @property
    def rule_changes(self) -> RuleChanges:
        """Return what shows and replaces rules."""

    @property
    def rule_trial(self) -> RuleTrial:
        """Return what tries rules on a text."""

    @property
    def subscription_lists(self) -> SubscriptionLists:
        """Return the state of subscriptions."""

    @property
    def discovering(self) -> Discovering:
        """Return the reader of what others published."""

    @property
    def author_deletion(self) -> AuthorDeletion:
        """Return what deletes everything of an author."""
