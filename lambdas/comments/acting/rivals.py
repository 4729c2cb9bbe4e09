"""Other actions about the same thing: which goes first, and which is not wanted any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from lambdas.comments.ledger import InboxLedger
from lambdas.comments.records import Action, ActionKind, ActionState
from lambdas.kit.clock import Clock

# No call runs longer; what was interrupted is looked at after this.
CALL_LIFETIME = timedelta(minutes=1)
# These set a state: making them again changes nothing.
REPEATABLE = frozenset(
    {
        ActionKind.HIDE,
        ActionKind.UNHIDE,
        ActionKind.DELETE,
        ActionKind.OPEN_COMMENTS,
        ActionKind.CLOSE_COMMENTS,
    }
)
OPPOSITES = {
    ActionKind.HIDE: ActionKind.UNHIDE,
    ActionKind.UNHIDE: ActionKind.HIDE,
    ActionKind.OPEN_COMMENTS: ActionKind.CLOSE_COMMENTS,
    ActionKind.CLOSE_COMMENTS: ActionKind.OPEN_COMMENTS,
}


@dataclass(frozen=True)
class Rivals:
    """Finds other actions of the same subject."""

    ledger: InboxLedger
    clock: Clock

    def is_superseded(self, action: Action) -> bool:
        """Return whether the opposite was wanted later: the last wish counts."""
        return any(one.id > action.id for one in self._opposites(action))

    def is_before_opposite(self, action: Action) -> bool:
        """Return whether the call of an opposite action may be under way."""
        return any(self._is_under_way(one) for one in self._opposites(action))

    def is_second(self, action: Action) -> bool:
        """Return whether an action that makes the same was sent before, and is not settled.

        After a lost answer nothing could distinguish the effects of two such calls.
        """
        mine = action.intent.at if action.intent else self.clock.now()
        return any(
            (one.intent.at, one.id) < (mine, action.id) for one in self._twins(action) if one.intent
        )

    def has_twin(self, action: Action) -> bool:
        """Return whether another action may still make the same thing, or find it first."""
        twins = self._twins(action)
        return any(one.id < action.id or self._is_under_way(one) for one in twins if one.intent)

    def _is_under_way(self, action: Action) -> bool:
        intent = action.intent
        if intent is None or intent.doubtful:
            return False
        age: timedelta = self.clock.now() - intent.at
        return age < CALL_LIFETIME

    def _opposites(self, action: Action) -> Iterator[Action]:
        kind = OPPOSITES.get(action.kind)
        if kind is None:
            return
        others = self.ledger.actions(action.subject)
        wished = [one for one in others if one.kind in (kind, action.kind)]
        wished = [one for one in wished if one.state is not ActionState.FAILED]
        # Of hide, unhide and hide again, the second does not end the first.
        last = max((one.id for one in wished if one.kind is action.kind), default="")
        for one in wished:
            if one.kind is kind and one.target == action.target:
                if one.id > action.id and one.id < last:
                    continue
                yield one

    def _twins(self, action: Action) -> list[Action]:
        return [
            one
            for one in self.ledger.actions(action.subject)
            if not one.is_settled
            and one.id != action.id
            and (one.kind, one.target, one.text) == (action.kind, action.target, action.text)
        ]
