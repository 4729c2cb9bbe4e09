"""Repeated posts: the times of a series, at the same wall-clock time in the same zone."""

from __future__ import annotations

import calendar
import enum
import hashlib
from datetime import date, datetime, timedelta

from lambdas.publishing.records import PublishAt
from lambdas.publishing.wall_time import publish_at

MAX_OCCURRENCES = 52
MAX_REQUEST_ID = 100


class Every(enum.StrEnum):
    """How often a post is repeated."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def occurrences(
    first: PublishAt, every: Every, *, count: int | None = None, until: date | None = None
) -> list[PublishAt]:
    """Return the times of a series, the first included: `count` of them, or those up to a date.

    A series by month that begins on the 31st is published on the last day of shorter months. At
    most one more than MAX_OCCURRENCES are returned.
    """
    start = datetime.fromisoformat(first.wall)
    wanted = min(count or MAX_OCCURRENCES + 1, MAX_OCCURRENCES + 1)
    times = [first]
    for number in range(1, wanted):
        local = _later(start, every, number)
        if until and local.date() > until:
            break
        times.append(publish_at(local.isoformat(timespec="minutes"), first.zone))
    return times


def occurrence_request_id(client_request_id: str, number: int) -> str:
    """Return the request id of an occurrence, counted from 1; the first has the series' own."""
    return client_request_id if number == 1 else derived_request_id(client_request_id, str(number))


def derived_request_id(client_request_id: str, suffix: str) -> str:
    """Return a request id that follows from another one, and is no longer than one may be."""
    derived = f"{client_request_id}#{suffix}"
    if len(derived) <= MAX_REQUEST_ID:
        return derived
    return f"{hashlib.sha256(client_request_id.encode()).hexdigest()[:40]}#{suffix}"


def _later(start: datetime, every: Every, number: int) -> datetime:
    if every is not Every.MONTH:
        return start + timedelta(days=number * (7 if every is Every.WEEK else 1))
    months = start.year * 12 + start.month - 1 + number
    year, month = months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)
