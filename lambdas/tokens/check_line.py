"""One answer of a connection check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

DASHBOARD = "https://developers.facebook.com/apps"
RECONNECT = "Connect the account again."
SOON = timedelta(days=7)
MARKS = {True: "ok   ", False: "WRONG", None: "check"}


@dataclass(frozen=True)
class Line:
    """A question and its answer. `ok` is None where the API does not say: check it by hand."""

    question: str
    ok: bool | None
    answer: str
    fix: str | None = None

    def to_json(self) -> dict[str, str | bool | None]:
        """Return the line as operators see it."""
        line = {"question": self.question, "ok": self.ok, "answer": self.answer}
        return line | ({"fix": self.fix} if self.fix else {})

    def to_text(self) -> str:
        """Return the line as a terminal shows it."""
        advice = f"\n       -> {self.fix}" if self.fix else ""
        return f"{MARKS[self.ok]}  {self.question}: {self.answer}{advice}"


def expiry_line(question: str, end: datetime | None, now: datetime, fix: str) -> Line:
    """Return the line about a date; it is wrong once less than a week is left."""
    if end is None:
        return Line(question, None, "no date is known")
    if end <= now:
        return Line(question, False, f"expired on {end:%Y-%m-%d}", RECONNECT)
    soon = end - now < SOON
    answer = f"{end:%Y-%m-%d}, in {(end - now).days} days"
    return Line(question, not soon, answer, fix if soon else None)
