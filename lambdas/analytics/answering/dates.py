"""Ranges of dates in an account's zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lambdas.analytics.instagram_days import (
    date_of_day,
    last_midnight,
    midnight,
    next_midnight,
)
from lambdas.kit.errors import InvalidRequest

MAX_DAYS = 730
FORM = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Instagram opened in 2010; the upper bound keeps date arithmetic within Python's range.
FIRST_YEAR, LAST_YEAR = 2010, 2999
ONE = timedelta(days=1)


@dataclass(frozen=True)
class Dates:
    """The dates from `since` to `until`, both included, in `zone`."""

    since: date
    until: date
    zone: ZoneInfo

    @property
    def starts_at(self) -> datetime:
        """Return the first instant, in UTC."""
        return start_of(self.since, self.zone)

    @property
    def ends_at(self) -> datetime:
        """Return the first instant after the range, in UTC."""
        return start_of(self.until + ONE, self.zone)

    @property
    def count(self) -> int:
        """Return the number of dates."""
        return (self.until - self.since).days + 1

    @property
    def before(self) -> Dates:
        """Return the range of the same length that ends the day before."""
        length = timedelta(days=self.count)
        return Dates(self.since - length, self.until - length, self.zone)

    def __contains__(self, day: date) -> bool:
        return self.since <= day <= self.until


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a date, in UTC; days of 23 and 25 hours need no exception."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def closed_dates(dates: Dates, now: datetime) -> list[date]:
    """Return the dates of a range whose day is over at Instagram too, oldest first."""
    found = []
    end, last = midnight(dates.since), min(midnight(dates.until + 2 * ONE), last_midnight(now))
    while end <= last:
        found.append(date_of_day(end, dates.zone))
        end = next_midnight(end)
    return [one for one in dict.fromkeys(found) if one in dates]


def parse_dates(
    since: str | None, until: str | None, zone: ZoneInfo, today: date, default_since: date
) -> Dates:
    """Return the range of a request; `until` defaults to today. Raises InvalidRequest."""
    last = today if until is None else parse_date("until", until)
    if since is None:
        # So that the defaults alone never ask for more than is allowed.
        first = max(min(default_since, last), last - timedelta(days=MAX_DAYS - 1))
    else:
        first = parse_date("since", since)
    if first > last:
        raise InvalidRequest(f"since ({first}) is after until ({last}).", code="invalid_range")
    found = Dates(first, last, zone)
    if found.count > MAX_DAYS:
        raise InvalidRequest(
            f"From {first} to {last} is {found.count} days; {MAX_DAYS} are possible.",
            code="invalid_range",
        )
    return found


def parse_date(name: str, text: str) -> date:
    """Return a date. Raises InvalidRequest with a code that names the parameter."""
    try:
        day = date.fromisoformat(text) if FORM.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidRequest(
            f"{name} must be a date such as 2026-04-29, from {FIRST_YEAR} on.",
            code=f"invalid_{name}",
        )
    return day
