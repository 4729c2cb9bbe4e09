"""Taking back what rules did: what was hidden is shown, what was written is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.acting import refusals
from lambdas.comments.acting.performer import Performer
from lambdas.comments.acting.recording import ActionFactory
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.records import (
    Action,
    ActionKind,
    ActionState,
    Failure,
    Item,
    ItemState,
    Outcome,
)
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.comments.rows import position_at
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, ConflictError, NotFound

MAX_TRIES = 5
# One request takes back so many; the caller goes on where it ended.
MAX_ITEMS, MAX_LISTED = 25, 2000
STAYS = {
    ActionKind.PRIVATE_REPLY: "A private reply was sent; Instagram has no way to take it back.",
    ActionKind.MESSAGE: "A message was sent; Instagram has no way to take it back.",
    ActionKind.MENTION_REPLY: (
        "The answer is below another account's post; delete it in the Instagram app."
    ),
}
UNDER_WAY = "Something is being sent at this moment. Take it back again in a few minutes."
UNDO = {ActionKind.HIDE: ActionKind.UNHIDE, ActionKind.REPLY: ActionKind.DELETE}


@dataclass(frozen=True)
class Undone:
    """An item as it is now, what was done to take a decision back, and what stays as it is."""

    item: Item
    actions: tuple[Action, ...]
    stays: tuple[str, ...]


@dataclass(frozen=True)
class RuleUndone:
    """How many items were taken back; `more` says whether some are left."""

    items: int
    actions: int
    more: bool
    stays: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """Takes decisions of rules back. Each step can be repeated."""

    ledger: InboxLedger
    performer: Performer
    factory: ActionFactory
    clock: Clock

    def undo(self, item_id: str, by: str) -> Undone:
        """Take back everything that a rule did with an item.

        A second time it finishes what the first could not. Raises NotFound, and Conflict if no
        rule did anything.
        """
        for _ in range(MAX_TRIES):
            item = self._decided(item_id)
            try:
                return self._undo(item, by)
            except ConflictError:
                continue
            except AccountDataDeleted:
                break
        raise Conflict("Others are changing this item. Try again.", code="busy")

    def undo_rule(self, account_id: str, rule: str, since: datetime, by: str) -> RuleUndone:
        """Take back what a rule did with an account's items since a time."""
        of_account = keys.account_list(self.ledger.tenant, account_id)
        after = position_at(since)
        listed = islice(
            self.ledger.listed(keys.BY_ACCOUNT, of_account, after=after), MAX_LISTED + 1
        )
        seen, done, actions, stays = 0, 0, 0, dict[str, None]()
        for item in listed:
            seen += 1
            decision = item.decision
            if not decision or decision.rule != rule or decision.undone_at:
                continue
            if done >= MAX_ITEMS:
                return RuleUndone(done, actions, True, tuple(stays))
            undone = self.undo(item.id, by)
            done, actions = done + 1, actions + len(undone.actions)
            stays |= dict.fromkeys(undone.stays)
        return RuleUndone(done, actions, seen > MAX_LISTED, tuple(stays))

    def _decided(self, item_id: str) -> Item:
        item = self.ledger.item(item_id)
        if item is None:
            raise NotFound("There is nothing in the inbox with this id.", code="unknown_item")
        if item.decision is None or item.decision.rule is None:
            raise Conflict("No rule did anything with this item.", code="nothing_to_undo")
        return item

    def _undo(self, item: Item, by: str) -> Undone:
        decision = item.decision
        actions = [self.ledger.action(one) for one in (decision.actions if decision else ())]
        stays: list[str] = []
        made: list[Action] = []
        complete = True
        for action in actions:
            if action is None or self._is_undone(action):
                continue
            settled = self._stopped(action)
            if settled.state is ActionState.FAILED:
                continue
            if not settled.is_settled:
                complete = False
                stays.append(UNDER_WAY)
            elif settled.kind not in UNDO:
                stays.append(STAYS.get(settled.kind, ""))
            elif self._is_reversible(settled):
                made.append(self._reverse(item, settled, by))
            else:
                stays.append(refusals.UNCERTAIN.message)
        # Without the mark it is found again, and finished.
        current = self._marked(item.id, by) if complete else self._decided(item.id)
        return Undone(current, tuple(made), tuple(filter(None, stays)))

    def _is_reversible(self, action: Action) -> bool:
        """Return whether what an action did is known; a reply also needs its id."""
        is_known = action.kind is not ActionKind.REPLY or action.result_id is not None
        return action.state is ActionState.DONE and is_known

    def _is_undone(self, action: Action) -> bool:
        """Return whether an action was taken back, or is being; one that failed is made again."""
        opposite = self.ledger.action(action.undone_by) if action.undone_by else None
        return opposite is not None and opposite.state is not ActionState.FAILED

    def _stopped(self, action: Action) -> Action:
        """Return an action that is settled or under way: one that was not begun never is."""
        if action.is_settled or action.intent:
            return self.performer.perform(action.id) or action
        cause = refusals.UNDONE
        failure = Failure(code=cause.code, message=cause.message, at=self.clock.now())
        stopped = replace(action, state=ActionState.FAILED, failure=failure)
        _, (saved,) = self.ledger.save(actions=[stopped])
        return saved

    def _reverse(self, item: Item, action: Action, by: str) -> Action:
        """Record the opposite of an action together with its mark, then perform it."""
        kind = UNDO[action.kind]
        wanted = self.factory.about(item, kind, by=by, undoes=action.id)
        if kind is ActionKind.DELETE:
            # The reply goes, and not the comment: its item stays as it is.
            wanted = replace(wanted, target=str(action.result_id), item_id=None)
        _, (_, opposite) = self.ledger.save(actions=[replace(action, undone_by=wanted.id), wanted])
        return self.performer.perform(opposite.id) or opposite

    def _marked(self, item_id: str, by: str) -> Item:
        """Return an item that waits for a person again, with the mark that its rule was undone."""
        item = self._decided(item_id)
        decision = item.decision
        if decision is None or decision.undone_at:
            return item
        undone = replace(decision, undone_at=self.clock.now(), undone_by=by)
        waits = {Outcome.ESCALATE, Outcome.DONE, Outcome.REPLY, Outcome.HIDE}
        reopened = bool(waits & set(decision.outcomes)) and item.deleted_at is None
        waiting = replace(item, decision=undone)
        if reopened:
            waiting = replace(waiting, state=ItemState.OPEN, escalation=None, done_by=None)
        saved, _ = self.ledger.save(waiting)
        return saved or item
