"""The clock that code asks for the time, so that a test decides it and nothing waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time it was last set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock; a negative `by` sets it back."""
        self._now += by


def to_rfc3339(moment: datetime) -> str:
    """Format an aware time in UTC for JSON: `2026-04-29T07:00:00Z`, with a fraction only if any."""
    text = moment.astimezone(UTC).isoformat(timespec="auto")
    return text.replace("+00:00", "Z")


def to_sortable(moment: datetime) -> str:
    """Format a time to whole seconds, so that texts sort as times do."""
    return to_rfc3339(moment.replace(microsecond=0))


def from_rfc3339(text: str) -> datetime:
    """Parse what `to_rfc3339` wrote. Raises ValueError for a text without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return moment.astimezone(UTC)
