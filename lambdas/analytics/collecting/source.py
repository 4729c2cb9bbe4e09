"""The account that a unit of collection reads, and where its numbers go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lambdas.analytics import keys
from lambdas.analytics.collecting.learned import Facts, Learned
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.records import AccountState
from lambdas.analytics.writer import Change, NumbersWriter
from lambdas.graph.client import Account
from lambdas.kit.clock import Clock


class OutOfTime(Exception):
    """The function's time is nearly used up: the rest is collected by the next message."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One account while one of its units is collected. `stop_at` is when to leave off."""

    account: Account
    state: AccountState | None
    learned: Learned
    reader: NumbersReader
    writer: NumbersWriter
    zone: ZoneInfo
    clock: Clock
    stop_at: datetime

    @property
    def account_id(self) -> str:
        """Return the account's id."""
        return self.writer.account_id

    def date_of(self, moment: datetime) -> date:
        """Return the account's date at a time."""
        return moment.astimezone(self.zone).date()

    def check_time(self) -> None:
        """Raise OutOfTime if it is time to leave off."""
        if self.clock.now() >= self.stop_at:
            raise OutOfTime

    def write(self, changes: list[Change]) -> None:
        """Write rows, and what was learned meanwhile. Raises DataDeleted."""
        learned = self.learned.change(self._latest_facts)
        rows = [*changes, learned] if learned else changes
        if rows:
            self.writer.write(rows)

    def _latest_facts(self) -> Facts | None:
        sort = keys.learned(self.learned.api)
        return self.reader.packed_row(Facts, self.account_id, sort)
