"""The bounds of one run of reading, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lambdas.comments.accounts import InboxAccount
from lambdas.comments.reading.account_state import EVENT_STEP
from lambdas.graph.client import Account
from lambdas.kit.clock import Clock

MAX_CALLS = 200
MAX_TIME = timedelta(seconds=200)
MAX_SINGLE_READS = 50
# A webhook may take so long, and its update may wait in the queue.
WEBHOOK_GRACE = timedelta(minutes=10)
# Clocks differ.
MAX_AHEAD = timedelta(days=1)
# So many show that webhooks do not come, and they fit into a row.
MAX_YOUNG = 100


class RunEnded(Exception):
    """The run has made its calls: the rest is for the next one."""


@dataclass(kw_only=True)
class Run:
    """One run for an account. `subscribed_since` is None while no webhooks are expected.

    `is_thorough`: webhooks may have been lost, and counts that did not change prove nothing. `kept`
    are calls for what is read last.
    """

    account: InboxAccount
    client: Account
    clock: Clock
    subscribed_since: datetime | None
    max_calls: int = MAX_CALLS
    is_thorough: bool = False
    kept: int = 0
    started_at: datetime = field(init=False)
    calls: int = 0
    single_reads: int = 0
    found: int = 0
    missed: int = 0
    young: list[datetime] = field(default_factory=list)
    """When those were written that a webhook may still bring."""
    deleted: int = 0
    odd: int = 0
    """What has an id that can be none, and is left out."""
    newest_media_at: datetime | None = None
    is_whole: bool = True
    """Whether everything was read that should be."""
    first_missed: Callable[[], None] = lambda: None
    """Records at once that something was missed: a run that is killed would forget it."""

    def __post_init__(self) -> None:
        self.started_at = self.clock.now()

    def time_of(self, written: datetime | None) -> datetime:
        """Return when something was written: now for what has no time, or one to come."""
        is_usable = written is not None and written <= self.started_at + MAX_AHEAD
        return written if written and is_usable else self.started_at

    def spend(self, calls: int = 1) -> None:
        """Count calls before they are made. Raises RunEnded."""
        late = self.clock.now() - self.started_at >= MAX_TIME
        if late or self.calls + calls > self.max_calls - self.kept:
            raise RunEnded
        self.calls += calls

    def count(self, at: datetime, *, is_own: bool) -> None:
        """Count something new, and whether a webhook should have brought it."""
        self.found += 1
        expected = (
            max(filter(None, (self.subscribed_since, self.account.connected_at)))
            if self.subscribed_since
            else None
        )
        if expected and not is_own and expected < at:
            self._count_expected(at)

    def count_again(self, young: Iterable[datetime], last_event_at: datetime | None) -> None:
        """Count what was too young before. It was missed if no webhook has come since then."""
        for at in young:
            if last_event_at is None or last_event_at < at - EVENT_STEP:
                self._count_expected(at)

    def _count_expected(self, at: datetime) -> None:
        if at < self.started_at - WEBHOOK_GRACE:
            self.missed += 1
            if self.missed == 1:
                self.first_missed()
        elif len(self.young) < MAX_YOUNG:
            self.young.append(at)
