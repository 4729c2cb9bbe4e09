"""The account's own numbers in a range of dates: merged days, and windows that fit exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from lambdas.analytics.answering.dates import Dates
from lambdas.analytics.instagram_days import date_of_day, dates_of_window
from lambdas.analytics.records import AccountDay, Number, Window

FIELDS = ("reach", "new_followers", "follows", "unfollows", "followers")


def merged(days: Iterable[AccountDay], zone: ZoneInfo) -> dict[date, AccountDay]:
    """Return the days by date, oldest first.

    Of several rows of one date, each number is the one that was collected last; `collected_at` is
    then the oldest time among the rows that a number was taken from.
    """
    found: dict[date, AccountDay] = {}
    for day in sorted(days, key=lambda day: day.collected_at, reverse=True):
        at = date_of_day(day.end_time, zone)
        found[at] = _completed(found[at], day) if at in found else day
    return dict(sorted(found.items()))


def _completed(newer: AccountDay, older: AccountDay) -> AccountDay:
    gaps = {
        name: getattr(older, name)
        for name in FIELDS
        if getattr(newer, name) is None and getattr(older, name) is not None
    }
    totals = older.totals.keys() - newer.totals.keys()
    if not gaps and not totals:
        return newer
    return msgspec.structs.replace(
        newer, **gaps, totals=older.totals | newer.totals, collected_at=older.collected_at
    )


def fitting(windows: Iterable[Window], dates: Dates) -> Window | None:
    """Return the newest window that covers exactly the range's dates."""
    wanted = dates.since, dates.until
    same = [one for one in windows if dates_of_window(one.start, one.end, dates.zone) == wanted]
    return max(same, key=lambda window: window.collected_at, default=None)


@dataclass(frozen=True)
class AccountRange:
    """What is known about the account itself in a range; `closed` are its dates that are over."""

    dates: Dates
    days: dict[date, AccountDay]
    window: Window | None
    closed: Sequence[date]

    @property
    def reach(self) -> Number | None:
        """Return how many people were reached in the range, each counted once."""
        if self.window and "reach" in self.window.totals:
            return self.window.totals["reach"]
        if self.dates.count == 1 and (day := self.days.get(self.dates.since)):
            return day.reach
        return None

    @property
    def daily_reach(self) -> Number | None:
        """Return the sum of the known days' reach: people count once for each day."""
        return total(day.reach for day in self.days.values())

    @property
    def new_followers(self) -> Number | None:
        """Return how many people began to follow on the known days."""
        return total(day.new_followers for day in self.days.values())

    @property
    def net_followers(self) -> Number | None:
        """Return follows minus unfollows.

        None unless they are known for every date that is over, or for the range as a whole.
        """
        if not self.without(net):
            return total(map(net, self.days.values()))
        window = self.window
        if window and window.follows is not None and window.unfollows is not None:
            return window.follows - window.unfollows
        return None

    def without(self, number: Callable[[AccountDay], Number | None]) -> list[date]:
        """Return the dates that are over and of which a number is not known."""
        return [at for at in self.closed if at not in self.days or number(self.days[at]) is None]

    @property
    def collected_at(self) -> list[datetime]:
        """Return when the numbers were collected."""
        window = [self.window.collected_at] if self.window else []
        return [day.collected_at for day in self.days.values()] + window


def net(day: AccountDay) -> Number | None:
    """Return the follows minus the unfollows of a day."""
    if day.follows is None or day.unfollows is None:
        return None
    return day.follows - day.unfollows


def total(values: Iterable[Number | None]) -> Number | None:
    """Return the sum of the known values, or None if there is none."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
