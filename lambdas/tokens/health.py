"""The numbers that the alarms watch: how many accounts need a person or were not refreshed, and how far away the nearest end is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.tokens import schedule

NOTHING_ENDS = 365.0


class Gauges(Protocol):
    """Takes numbers under the names of metrics."""

    def emit(self, **values: float) -> None:
        """Writes them."""


@dataclass(frozen=True)
class Health:
    """All accounts of a site at one moment. `least_days` is None if no token has an end."""

    accounts: int
    needing_reauth: int
    failing: int
    min_days: float | None

    @classmethod
    def of(
        cls, records: Iterable[TokenRecord], now: datetime, *, bootstrap_failing: bool = False
    ) -> Health:
        """Counts the accounts that are connected, and the environment's token if it could not become one."""
        accounts, needing, failing = 0, 0, int(bootstrap_failing)
        least: float | None = None
        for record in records:
            if record.state is State.DISCONNECTED:
                continue
            accounts += 1
            if record.state is State.RECONNECT_REQUIRED:
                # Its days no longer run: what is to be done is said by the other number.
                needing += 1
                continue
            failing += record.failures > 0
            days = schedule.days_left(record, now)
            least = days if least is None or (days is not None and days < least) else least
        return cls(accounts, needing, failing, least)

    def report(self, gauges: Gauges) -> None:
        """Writes the numbers."""
        # With nothing that ends the alarm about ends has to end too.
        days = NOTHING_ENDS if self.min_days is None else round(self.min_days, 2)
        numbers = {
            "ConnectedAccounts": self.accounts,
            "AccountsNeedingPerson": self.needing_reauth,
            "AccountsFailing": self.failing,
        }
        gauges.emit(**numbers, DaysToExpiry=days)
