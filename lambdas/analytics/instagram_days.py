"""Days as Instagram cuts them: from midnight to midnight in California.

Source: "Account" in the platform's reference of insights: `end_time` is 07:00 or 08:00 UTC, Pacific
midnight. The date of a day is that of its middle, in the account's zone: a day that is cut at
another hour than the account's own belongs to the date that it shares most hours with.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
HALF_A_DAY = timedelta(hours=12)
ONE_DAY = timedelta(days=1)
MAX_DAYS = 30
MAX_WINDOW = timedelta(days=MAX_DAYS)


def midnight(day: date) -> datetime:
    """Return the Pacific midnight with which a date begins, in UTC."""
    return datetime.combine(day, time(), PACIFIC).astimezone(UTC)


def last_midnight(now: datetime, days_before: int = 0) -> datetime:
    """Return the end of the last closed day, or that of an earlier day."""
    return midnight(now.astimezone(PACIFIC).date() - timedelta(days=days_before))


def next_midnight(now: datetime) -> datetime:
    """Return the end of the day that is open now."""
    return last_midnight(now, -1)


def midnights(now: datetime) -> Iterator[datetime]:
    """Return the ends of the last closed day, of the open one and of the next."""
    return (last_midnight(now, -number) for number in range(3))


def windows_before(end_at: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Split the last closed days before a time into windows of whole days, newest first.

    One request covers 30 days at most. With the hour that an autumn adds, 29 days are a window.
    """
    done = 0
    while done < days:
        end = last_midnight(end_at, done)
        size = min(MAX_DAYS, days - done)
        if end - last_midnight(end_at, done + size) > MAX_WINDOW:
            size -= 1
        done += size
        yield last_midnight(end_at, done), end


def date_of_day(end_time: datetime, zone: ZoneInfo) -> date:
    """Return the date, in a zone, of the day that ends then."""
    return (end_time - HALF_A_DAY).astimezone(zone).date()


def dates_of_window(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and the last date, in a zone, that a window covers."""
    return (start + HALF_A_DAY).astimezone(zone).date(), date_of_day(end, zone)


def closed_days(now: datetime, count: int) -> Iterator[datetime]:
    """Return the ends of the last `count` closed days, newest first."""
    return (last_midnight(now, number) for number in range(count))
