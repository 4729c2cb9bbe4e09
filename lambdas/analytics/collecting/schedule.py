"""When a unit of collection, or a post's numbers, are due."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from lambdas.analytics.instagram_days import midnights
from lambdas.analytics.records import Post, Unit, UnitStatus

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A post's age up to which its numbers are read at this interval; older ones are not read.
INTERVALS = (
    (DAY, HOUR),
    (timedelta(days=7), timedelta(hours=6)),
    (timedelta(days=30), DAY),
    (timedelta(days=90), timedelta(days=7)),
    (timedelta(days=730), timedelta(days=30)),
)
YOUNG = timedelta(days=30)
OLDEST = timedelta(days=730)
# Units run a little more often than posts are due, so that one run finds them due.
SLACK = timedelta(minutes=5)
UNIT_INTERVALS = {
    Unit.POSTS: HOUR,
    Unit.CATALOGUE: timedelta(days=7) - timedelta(hours=6),
    # Nothing is live: often enough to see every story of 24 hours several times.
    Unit.STORIES: timedelta(hours=8),
    Unit.DAYS: DAY,
    Unit.AUDIENCE: DAY,
}
# What Instagram reports of a day that has just closed is far from complete at midnight.
AFTER_MIDNIGHT = timedelta(hours=3)
LIVE_STORIES = HOUR
# The last reading of a story's numbers is this long before they disappear with it.
LAST_LOOK = timedelta(minutes=25)
FIRST_RETRY, MAX_RETRY = timedelta(minutes=10), timedelta(hours=6)
# The audience of a new account is read after its posts and days: they are looked at first.
FIRST_AUDIENCE = HOUR


def interval_of(age: timedelta) -> timedelta | None:
    """Return how often the numbers of a post of this age are read; None: no more."""
    return next((interval for limit, interval in INTERVALS if age < limit), None)


def is_due(post: Post, now: datetime) -> bool:
    """Return whether the post's numbers are to be read now."""
    interval = interval_of(now - post.taken_at)
    if interval is None or post.gone_at:
        return False
    return post.tried_at is None or now - post.tried_at >= interval - SLACK


def next_days(now: datetime, account_id: str) -> datetime:
    """Return when an account's days are collected next: once a day, soon after one has closed.

    Accounts are spread over an hour.
    """
    spread = timedelta(seconds=zlib.crc32(account_id.encode()) % 3600)
    times = (midnight + AFTER_MIDNIGHT + spread for midnight in midnights(now))
    return next(at for at in times if at > now + HOUR)


def unit_is_due(status: UnitStatus, now: datetime) -> bool:
    """Return whether a unit is to be collected now."""
    return status.due_at is None or status.due_at <= now


def retry_at(now: datetime, failures: int, unit: Unit) -> datetime:
    """Return when a unit that failed is tried again: later after each failure in a row."""
    pause: timedelta = min(FIRST_RETRY * 2 ** min(failures - 1, 10), MAX_RETRY)
    return now + min(pause, UNIT_INTERVALS[unit])
