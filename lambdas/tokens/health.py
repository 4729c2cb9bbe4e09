"""The numbers that alarms watch: accounts that need attention, and days until expiry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lambdas.kit.log import FeatureMetrics
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.tokens import schedule
from lambdas.tokens.readings import Reading

NOTHING_ENDS = 365.0


@dataclass(frozen=True)
class Health:
    """All accounts of a site at one moment. `min_days` is None if no token has an expiry date."""

    accounts: int
    needing_reauth: int
    failing: int
    unreadable: int
    min_days: float | None

    @classmethod
    def of(
        cls,
        records: Iterable[TokenRecord],
        now: datetime,
        *,
        unreadable: Iterable[Reading] = (),
        bootstrap_failing: bool = False,
    ) -> Health:
        """Count the connected accounts, and the environment's token if it cannot be stored.

        `unreadable` are the runs of failed readings that have lasted for a day.
        """
        accounts, needing, failing, unread = 0, 0, int(bootstrap_failing), 0
        runs = {one.account_id: one for one in unreadable}
        least: float | None = None
        for record in records:
            if record.state is State.DISCONNECTED:
                continue
            accounts += 1
            if record.state is State.RECONNECT_REQUIRED:
                # Its remaining days do not matter: the other number says what to do.
                needing += 1
                continue
            run = runs.get(record.account_id)
            unread += run is not None and run.concerns(record)
            failing += record.failures > 0
            days = schedule.days_left(record, now)
            least = days if least is None or (days is not None and days < least) else least
        return cls(accounts, needing, failing, unread, least)

    def report(self, metrics: FeatureMetrics) -> None:
        """Emit the numbers."""
        # Without any expiry date the alarm must return to OK.
        days = NOTHING_ENDS if self.min_days is None else round(self.min_days, 2)
        numbers = {
            "ConnectedAccounts": self.accounts,
            "AccountsNeedingPerson": self.needing_reauth,
            "AccountsFailing": self.failing,
            "AccountsUnreadable": self.unreadable,
        }
        metrics.emit(**numbers, DaysToExpiry=days)
