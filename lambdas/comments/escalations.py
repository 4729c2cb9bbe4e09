"""Escalations: people are notified once, and again when the promise is broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from lambdas.comments.ledger import InboxLedger
from lambdas.comments.records import Escalation, Item, ItemState
from lambdas.kit.errors import ConflictError

# Where nothing else was promised.
PROMISE_MINUTES = 30


class EscalationNotices(Protocol):
    """Messages to people."""

    def escalated(self, item: Item) -> None:
        """Report that an item needs a person, and by when."""

    def overdue(self, item: Item) -> None:
        """Report a broken promise."""


@dataclass(frozen=True)
class Escalations:
    """Notifies people and records it, in this order: twice is better than never."""

    ledger: InboxLedger
    notices: EscalationNotices

    def report(self, item: Item) -> None:
        """Report an escalated item, unless it was reported."""
        if item.escalation and not item.escalation.reported:
            self.notices.escalated(item)
            self._save(replace(item, escalation=replace(item.escalation, reported=True)))

    def report_overdue(self, item: Item) -> None:
        """Report a broken promise, unless it was reported."""
        if item.escalation and not item.escalation.overdue_reported:
            self.notices.overdue(item)
            self._save(replace(item, escalation=replace(item.escalation, overdue_reported=True)))

    def _save(self, item: Item) -> None:
        try:
            self.ledger.save(item)
        except ConflictError:
            # It was changed meanwhile: the sweep looks at it as it is now.
            return


def escalated_by(item: Item, by: str, now: datetime, minutes: int | None = None) -> Item:
    """Return an item that a person has to look at within so many minutes."""
    due = now + timedelta(minutes=minutes or PROMISE_MINUTES)
    return replace(
        item, state=ItemState.ESCALATED, escalation=Escalation(at=now, due_at=due, by=by)
    )
