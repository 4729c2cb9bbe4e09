"""What changed of a comment that is known: it was hidden, shown, deleted, or is there again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from lambdas.comments.ledger import InboxLedger
from lambdas.comments.reading.run import Run
from lambdas.comments.records import ActionKind, Item, ItemState
from lambdas.comments.taking.items import FRESH
from lambdas.graph.comments import Comment
from lambdas.kit.errors import ConflictError

HIDING = (ActionKind.HIDE, ActionKind.UNHIDE)
# What was done here so shortly before says more than a list that may be older.
RECENT = timedelta(minutes=10)


@dataclass(frozen=True)
class Changes:
    """Stores what changed of comments."""

    store: InboxLedger

    def apply(self, run: Run, item: Item, comment: Comment) -> None:
        """Store what Instagram lists of a comment, if that is news."""
        recent = run.started_at - RECENT
        changed = item
        if item.deleted_at and item.deleted_at < recent:
            changed = _there_again(item)
        if self._is_hidden_in_app(item, comment, recent):
            changed = _with_hidden(changed, hidden=bool(comment.hidden))
        if changed != item:
            self._save(changed)

    def mark_deleted(self, item: Item, now: datetime) -> None:
        """Store that a comment is not on Instagram any more."""
        state = item.state if item.state is ItemState.HIDDEN else ItemState.DONE
        self._save(replace(item, deleted_at=now, state=state))

    def _is_hidden_in_app(self, item: Item, comment: Comment, recent: datetime) -> bool:
        """Return whether a person hid a comment, or showed it again, in Instagram's app."""
        if comment.hidden is None or comment.hidden == item.hidden or item.is_own:
            return False
        # One that is under way, or was made while this was read, says the same more recently.
        return not any(
            action.kind in HIDING
            and (not action.is_settled or (action.done_at and action.done_at > recent))
            for action in self.store.actions(item.id)
        )

    def _save(self, item: Item) -> None:
        """Store an item, unless it changes at this moment: the next reading looks again."""
        try:
            self.store.save(item)
        except ConflictError:
            return


def _there_again(item: Item) -> Item:
    """Return a comment that was taken for deleted: Meta denies at times that objects are there."""
    if not _is_done_by_deletion(item):
        return replace(item, deleted_at=None)
    state = ItemState.ESCALATED if item.escalation else ItemState.OPEN
    return replace(item, deleted_at=None, state=ItemState.HIDDEN if item.hidden else state)


def _is_done_by_deletion(item: Item) -> bool:
    """Return whether nothing else has settled an item."""
    if item.state is not ItemState.DONE or item.is_own or item.done_by:
        return False
    is_earlier = item.connected_at is not None and item.at < item.connected_at
    return not (is_earlier and item.received_at - item.at >= FRESH)


def _with_hidden(item: Item, *, hidden: bool) -> Item:
    state = ItemState.HIDDEN if hidden else item.state
    if not hidden and item.state is ItemState.HIDDEN:
        state = ItemState.OPEN
    return replace(item, hidden=hidden, state=state)
