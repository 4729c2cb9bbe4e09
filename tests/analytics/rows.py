"""Stored rows for tests, written as a person would note them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from lambdas.analytics.answering.dates import Dates
from lambdas.analytics.answering.report import Options
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.records import (
    AccountDay,
    AccountState,
    Number,
    Post,
    UnitStatus,
    Window,
)
from lambdas.kit.clock import from_rfc3339
from tests.json_types import JsonObject

ACCOUNT = "17841400000000001"
BERLIN, LOS_ANGELES = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles")
NOW = from_rfc3339("2026-04-29T18:00:00Z")
COLLECTED = from_rfc3339("2026-04-29T17:00:00Z")
READ = UnitStatus(succeeded_at=COLLECTED)
STATE = AccountState(
    account_id=ACCOUNT,
    revision="1",
    first_collected_at=COLLECTED,
    units={"catalogue": READ, "days": READ},
)


def post(at: str, name: str = "", **changes: Any) -> Post:
    """Return a post taken at a time in UTC, without numbers."""
    values: dict[str, Any] = {
        "id": name or at,
        "taken_at": from_rfc3339(at),
        "seen_at": COLLECTED,
        "media_type": "IMAGE",
        "product_type": "FEED",
        "collected_at": COLLECTED,
    }
    return Post(**values | changes)


def numbers(
    likes: int, comments: int, saved: int, shares: int, reach: int, views: int
) -> dict[str, Number]:
    """Return all numbers that every post has."""
    return {
        "likes": likes,
        "comments": comments,
        "saved": saved,
        "shares": shares,
        "reach": reach,
        "views": views,
        "total_interactions": likes + comments + saved + shares,
    }


def day(end: str, collected: datetime = COLLECTED, **known: Any) -> AccountDay:
    """Return a day of the account that ends at a time in UTC."""
    return AccountDay(end_time=from_rfc3339(end), collected_at=collected, **known)


def pacific_day(date_there: date, **known: Any) -> AccountDay:
    """Return the day that Instagram cuts at midnight in California."""
    end = datetime.combine(date_there + timedelta(days=1), datetime.min.time(), LOS_ANGELES)
    return AccountDay(end_time=end.astimezone(ZoneInfo("UTC")), collected_at=COLLECTED, **known)


def window(start: str, end: str, **known: Any) -> Window:
    """Return a window between two times in UTC."""
    return Window(start=from_rfc3339(start), end=from_rfc3339(end), collected_at=COLLECTED, **known)


def dates(since: str, until: str, zone: ZoneInfo = LOS_ANGELES) -> Dates:
    """Return a range."""
    return Dates(date.fromisoformat(since), date.fromisoformat(until), zone)


def computed(
    rows: StoredRange,
    span: Dates,
    *,
    now: datetime = NOW,
    state: AccountState | None = STATE,
    **options: int,
) -> JsonObject:
    """Return the report as a client gets it."""
    report = rows.report(ACCOUNT, state, span, now)
    found = report.to_json(Options(**options), lambda last: f"after {last.post.id}")
    decoded: JsonObject = msgspec.json.decode(msgspec.json.encode(found))
    return decoded
