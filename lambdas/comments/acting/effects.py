"""What an action changes here: the state of its item and thread; and whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.acting import refusals
from lambdas.comments.escalations import escalated_by
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.media import MediaStore
from lambdas.comments.pauses import Pauses
from lambdas.comments.records import Action, ActionKind, ActionState, Item, ItemKind, ItemState
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError

MAX_TRIES = 10
MAX_MESSAGES = 100
ANSWERS = frozenset(
    {
        ActionKind.REPLY,
        ActionKind.PRIVATE_REPLY,
        ActionKind.MENTION_REPLY,
        ActionKind.MESSAGE,
    }
)
COMMENTS_ENABLED = frozenset({ActionKind.OPEN_COMMENTS, ActionKind.CLOSE_COMMENTS})
# Codes of what a person wanted instead.
NO_FAILURES = {one.code for one in (refusals.UNDONE, refusals.ANSWERED, refusals.SUPERSEDED)}
WAITING = (ItemState.OPEN, ItemState.ESCALATED)


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Keeps items in step with what was done.

    `report_blocked` notifies people by account, `escalated` of an item that needs a person.
    """

    ledger: InboxLedger
    media: MediaStore
    pauses: Pauses
    report_blocked: Callable[[str], None]
    escalated: Callable[[Item], None]
    clock: Clock
    emit: Callable[..., None]

    def save(self, action: Action) -> Action:
        """Store a settled action, together with its item as it is from now on."""
        for _ in range(MAX_TRIES):
            item = self.ledger.item(action.item_id) if action.item_id else None
            changed = self._changed(item, action) if item else None
            if changed == item:
                changed = None
            try:
                current_item, (saved,) = self.ledger.save(changed, [action])
            except ConflictError:
                # Either of the two: only of the item it makes sense to go on.
                current = self.ledger.action(action.id)
                if current is None or current.version != action.version:
                    raise
                continue
            self._measure(saved, item)
            if current_item and current_item.state is ItemState.ESCALATED:
                self.escalated(current_item)
            return saved
        raise ConflictError

    def before_done(self, action: Action) -> None:
        """Record what an action changed beside its item. It can be repeated."""
        if action.kind in COMMENTS_ENABLED:
            enabled = action.kind is ActionKind.OPEN_COMMENTS
            self.media.set_enabled(action.account_id, action.target, enabled)
        if action.kind is ActionKind.MESSAGE and action.rule is None:
            by, asked_at = f"answered by {action.by}", action.created_at
            self._answer(
                action.account_id, action.target, by, lambda one: one.received_at, asked_at
            )

    def answer_thread(self, account_id: str, person_id: str, at: datetime, by: str) -> None:
        """Mark the messages that a person wrote until then as done, once they are answered."""
        self._answer(account_id, person_id, by, lambda one: one.at, at)

    def _answer(
        self,
        account_id: str,
        person_id: str,
        by: str,
        known_at: Callable[[Item], datetime],
        answered_at: datetime,
    ) -> None:
        # What came later was not seen by the one who answered: it is a question of its own.
        thread = keys.thread_list(self.ledger.tenant, account_id, person_id)
        for item in islice(self.ledger.listed(keys.BY_THREAD, thread), MAX_MESSAGES):
            is_message = item.kind is ItemKind.MESSAGE and not item.is_own
            if is_message and item.state in WAITING and known_at(item) <= answered_at:
                self.settle(item.id, by)

    def settle(self, item_id: str, by: str) -> None:
        """Mark an item as done, unless it is."""
        for _ in range(MAX_TRIES):
            item = self.ledger.item(item_id)
            if item is None or item.state not in WAITING:
                return
            try:
                self.ledger.save(replace(item, state=ItemState.DONE, done_by=by))
            except ConflictError:
                continue
            return
        raise ConflictError

    def is_needless(self, action: Action) -> bool:
        """Return whether a person answered what a rule was about to answer."""
        if action.rule is None or action.kind not in ANSWERS or action.item_id is None:
            return False
        item = self.ledger.item(action.item_id)
        return item is not None and _is_done_by_person(item, action)

    def blocked(self, action: Action) -> None:
        """Notify people, and pause what rules send for an account.

        In this order: a pause that no one hears of would not be looked into.
        """
        now = self.clock.now()
        if self.pauses.until(action.account_id, now) is None:
            self.report_blocked(action.account_id)
        self.pauses.pause(action.account_id, now)

    def _changed(self, item: Item, action: Action) -> Item:
        if action.state is not ActionState.DONE:
            return self._without_comment(self._failed(item, action), action)
        by_person = action.rule is None
        stays = item.state is ItemState.ESCALATED and not by_person
        if action.kind is ActionKind.HIDE:
            return replace(item, hidden=True, state=item.state if stays else ItemState.HIDDEN)
        if action.kind is ActionKind.UNHIDE:
            shown = ItemState.OPEN if item.state is ItemState.HIDDEN else item.state
            return replace(item, hidden=False, state=shown)
        if action.kind is ActionKind.DELETE:
            return replace(item, deleted_at=action.done_at, state=ItemState.DONE)
        if action.kind in ANSWERS and not stays and item.state in WAITING:
            by = f"answered by {action.by or f'the rule {action.rule}'}"
            return replace(item, state=ItemState.DONE, done_by=by)
        return item

    def _without_comment(self, item: Item, action: Action) -> Item:
        """Return an item with a mark if its comment is not on Instagram any more."""
        is_gone = action.failure is not None and action.failure.code == refusals.GONE.code
        if not is_gone or item.kind is ItemKind.MESSAGE or item.deleted_at:
            return item
        # A person who was asked to look still looks.
        state = item.state if item.state is ItemState.ESCALATED else ItemState.DONE
        return replace(item, deleted_at=self.clock.now(), state=state)

    def _failed(self, item: Item, action: Action) -> Item:
        """Return an item for which something did not work: what a rule wanted is for a person."""
        taken_back = action.failure is not None and action.failure.code in NO_FAILURES
        if action.rule is None or taken_back or item.deleted_at or _is_done_by_person(item, action):
            return item
        if action.kind in ANSWERS and item.state is not ItemState.ESCALATED:
            by = f"the rule {action.rule}, whose answer failed"
            return escalated_by(item, by, self.clock.now())
        return replace(item, state=ItemState.OPEN) if item.state is ItemState.DONE else item

    def _measure(self, action: Action, item: Item | None) -> None:
        if action.state is ActionState.DONE and action.kind in ANSWERS and item and action.rule:
            seconds = (self.clock.now() - item.received_at).total_seconds()
            self.emit(AnswerDelaySeconds=max(seconds, 0))


def _is_done_by_person(item: Item, action: Action) -> bool:
    """Return whether someone else than the rule of an action has dealt with an item."""
    by_rule = (item.done_by or "").endswith(f"the rule {action.rule}")
    return item.state is ItemState.DONE and not by_rule
