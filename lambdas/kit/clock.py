"""The seam to time: code asks a clock, so that a test decides what time it is and nobody waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present, aware and in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present, aware and in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was last set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Moves the clock; a negative `by` is a clock that was set back."""
        self._now += by


def to_rfc3339(moment: datetime) -> str:
    """`2026-04-29T07:00:00Z`: an aware time in UTC as JSON shows it; a fraction appears only if there is one."""
    text = moment.astimezone(UTC).isoformat(timespec="auto")
    return text.replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """The reverse of `to_rfc3339`; raises ValueError for anything that has no offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return moment.astimezone(UTC)
