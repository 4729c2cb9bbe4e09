"""What operators do with comments, mentions, messages and media."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccounts
from lambdas.comments.acting import preconditions
from lambdas.comments.acting.performer import Performer
from lambdas.comments.acting.recording import ActionFactory
from lambdas.comments.escalations import escalated_by
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.people import People
from lambdas.comments.records import (
    Action,
    ActionKind,
    ActionState,
    Item,
    ItemKind,
    ItemState,
)
from lambdas.comments.refused_writes import AccountDataDeleted, RequestUsed
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, ConflictError, InvalidRequest, NotFound

MAX_TRIES = 10


@dataclass(frozen=True)
class Requested:
    """An action as it is now; `is_new` is False if the same request made it before."""

    action: Action
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Operations:
    """Records what operators want, and does it at once; what does not work yet is tried again.

    `by` is the operator, `request_id` the `client_request_id` under which an action is made once.
    `escalated` notifies people of an escalation. All raise NotFound for what is not there, and
    Conflict for what is known to be impossible.
    """

    ledger: InboxLedger
    performer: Performer
    factory: ActionFactory
    people: People
    accounts: InboxAccounts
    escalated: Callable[[Item], None]
    clock: Clock

    def reply(self, item_id: str, text: str, by: str, request_id: str | None) -> Requested:
        """Reply to a comment."""
        item = self.find(item_id)
        wanted = self._about(
            item, ActionKind.REPLY, preconditions.check_comment_text(text), by, request_id
        )
        return self._known(wanted) or self._do(wanted, preconditions.require_reply, item)

    def reply_privately(
        self, item_id: str, text: str, by: str, request_id: str | None
    ) -> Requested:
        """Send a comment's author the one private reply."""
        item = self.find(item_id)
        plain = preconditions.check_message_text(text)
        wanted = self._about(item, ActionKind.PRIVATE_REPLY, plain, by, request_id)
        if known := self._known(wanted):
            return known
        earlier, now = self.ledger.actions(item.id), self.clock.now()
        preconditions.require_private_reply(item, earlier, now)
        return self._do(wanted)

    def set_hidden(self, item_id: str, hidden: bool, by: str, request_id: str | None) -> Requested:
        """Hide a comment, or show it again."""
        item = self.find(item_id)
        kind = ActionKind.HIDE if hidden else ActionKind.UNHIDE
        wanted = self._about(item, kind, None, by, request_id)
        if hidden and item.is_own:
            raise Conflict(
                "Instagram does not hide an account's own comments. Delete it instead.",
                code="own_comment",
            )
        return self._known(wanted) or self._do(wanted, preconditions.require_comment, item)

    def delete(self, item_id: str, by: str, request_id: str | None) -> Requested:
        """Delete a comment on Instagram. A second time it is as it was after the first."""
        item = self.find(item_id)
        wanted = self._about(item, ActionKind.DELETE, None, by, request_id)
        if known := self._known(wanted):
            return known
        done = [
            one
            for one in self.ledger.actions(item.id)
            if one.kind is ActionKind.DELETE and one.state is ActionState.DONE
        ]
        if item.deleted_at and done:
            return Requested(done[-1], is_new=False)
        return self._do(wanted, preconditions.require_comment, item)

    def reply_to_mention(
        self, item_id: str, text: str, by: str, request_id: str | None
    ) -> Requested:
        """Answer a mention with a comment."""
        item = self.find(item_id)
        plain = preconditions.check_comment_text(text)
        if item.kind is not ItemKind.MENTION:
            raise Conflict(f"This is a {item.kind.value}, not a mention.", code="not_a_mention")
        wanted = self._about(item, ActionKind.MENTION_REPLY, plain, by, request_id)
        return self._known(wanted) or self._do(wanted, preconditions.require_there, item)

    def set_comments_enabled(
        self, account_id: str, media_id: str, enabled: bool, by: str, request_id: str | None
    ) -> Requested:
        """Allow or forbid comments below a media object."""
        kind = ActionKind.OPEN_COMMENTS if enabled else ActionKind.CLOSE_COMMENTS
        subject = keys.media_subject(media_id)
        wanted = self.factory.of(
            account_id,
            subject,
            kind,
            media_id,
            by=by,
            client_request_id=request_id,
            connected_at=self._connected_at(account_id),
        )
        if request_id is None:
            # The deletion of an account finds its actions about media by their requests.
            wanted = replace(wanted, client_request_id=wanted.id)
        return self._known(wanted) or self._do(wanted)

    def message(
        self, account_id: str, thread: str, text: str, by: str, request_id: str | None
    ) -> Requested:
        """Answer a person's messages."""
        plain = preconditions.check_message_text(text)
        subject = keys.person_subject(account_id, thread)
        wanted = self.factory.of(
            account_id,
            subject,
            ActionKind.MESSAGE,
            thread,
            text=plain,
            by=by,
            client_request_id=request_id,
            connected_at=self._connected_at(account_id),
        )
        if known := self._known(wanted):
            return known
        preconditions.require_window(self.people.get(account_id, thread), self.clock.now())
        return self._do(wanted)

    def set_state(self, item_id: str, state: ItemState, by: str) -> Item:
        """Set what an item needs of people."""
        if state is ItemState.HIDDEN:
            raise InvalidRequest(
                'To hide a comment send {"hidden": true}; state is open, escalated or done.',
                code="invalid_state",
            )
        for _ in range(MAX_TRIES):
            item = self.find(item_id)
            if item.state is state:
                return item
            try:
                saved, _ = self._saved(self._with_state(item, state, by))
            except ConflictError:
                continue
            if saved and state is ItemState.ESCALATED:
                self.escalated(saved)
            return saved or item
        raise Conflict("Others are changing this item. Try again.", code="busy")

    def find(self, item_id: str) -> Item:
        """Return an item. Raises NotFound."""
        item = self.ledger.item(item_id)
        if item is None:
            raise NotFound("There is nothing in the inbox with this id.", code="unknown_item")
        return item

    def _connected_at(self, account_id: str) -> datetime | None:
        """Return when an account was connected: deletions that were asked for before are over."""
        account = self.accounts.of(account_id)
        return account.connected_at if account else None

    def _with_state(self, item: Item, state: ItemState, by: str) -> Item:
        if item.hidden and item.deleted_at is None and state is ItemState.OPEN:
            raise Conflict("This comment is hidden. Show it again first.", code="comment_hidden")
        changed = replace(item, checked=True, done_by=by if state is ItemState.DONE else None)
        if state is ItemState.ESCALATED:
            return escalated_by(changed, by, self.clock.now())
        return replace(changed, state=state)

    def _about(
        self, item: Item, kind: ActionKind, text: str | None, by: str, request_id: str | None
    ) -> Action:
        return self.factory.about(item, kind, text=text, by=by, client_request_id=request_id)

    def _known(self, wanted: Action) -> Requested | None:
        """Return what the same request made before. Raises Conflict if it was another one."""
        if wanted.client_request_id is None:
            return None
        known_id = self.ledger.of_request(wanted)
        return self._repeated(known_id, wanted) if known_id else None

    def _repeated(self, known_id: str, wanted: Action) -> Requested:
        known = self.performer.perform(known_id)
        if known is None:
            raise Conflict("This request was made long ago.", code="request_id_used")
        same = (known.kind, known.target, known.text) == (wanted.kind, wanted.target, wanted.text)
        if not same:
            raise Conflict(
                "This client_request_id was used for another request.",
                code="request_id_used",
                details={"action": known.id},
            )
        return Requested(known, is_new=False)

    def _do(
        self,
        wanted: Action,
        require: Callable[[Item], None] = lambda _: None,
        item: Item | None = None,
    ) -> Requested:
        """Record an action, then perform it: what is interrupted goes on by itself."""
        if item:
            require(item)
        try:
            self._saved(None, wanted)
        except RequestUsed as used:
            return self._repeated(used.action_id, wanted)
        done = self.performer.perform(wanted.id)
        return Requested(done or wanted, is_new=True)

    def _saved(self, item: Item | None, *actions: Action) -> tuple[Item | None, tuple[Action, ...]]:
        try:
            return self.ledger.save(item, actions)
        except AccountDataDeleted:
            raise Conflict(
                "The data of this account is being deleted.", code="account_disconnected"
            ) from None
