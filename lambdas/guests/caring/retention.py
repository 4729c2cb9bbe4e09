"""When hosts are reminded that their event will be deleted, and when that happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.guests.caring.care import Care
from lambdas.storage.events.event import Event

REMINDED_BEFORE = timedelta(days=7)
# Whatever was set: between a reminder and the deletion there is time to download.
MIN_NOTICE = timedelta(hours=24)


@dataclass(frozen=True)
class Retention:
    """What is known of an event that is deleted by itself, at `deletes_at` or later."""

    deletes_at: datetime
    care: Care

    @classmethod
    def of(cls, event: Event, care: Care) -> Retention | None:
        """Return the retention of an event; None if it stays."""
        return None if event.deletes_at is None else cls(event.deletes_at, care)

    def needs_reminder(self, now: datetime) -> bool:
        """Return whether hosts have to be reminded now: once, and again of an earlier time.

        If the time was put off by so much that the reminder is older than a week before it, they
        are reminded of the new time, too.
        """
        begins = self.deletes_at - REMINDED_BEFORE
        if now < begins:
            return False
        at, of = self.care.reminded_at, self.care.reminded_of
        return at is None or of is None or self.deletes_at < of or at < begins

    def actual(self, now: datetime) -> datetime:
        """Return when the event is deleted, given the last reminder or one that is given now."""
        at = self.care.reminded_at
        reminded_at = now if at is None or self.needs_reminder(now) else at
        return max(self.deletes_at, reminded_at + MIN_NOTICE)

    def is_over(self, now: datetime) -> bool:
        """Return whether the event is to be deleted now."""
        return not self.needs_reminder(now) and now >= self.actual(now)
