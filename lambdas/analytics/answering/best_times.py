"""When posts of this account do well, and when its followers are online."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from lambdas.analytics.answering.answer_store import Answer
from lambdas.analytics.answering.answers import Question, as_answer
from lambdas.analytics.answering.measures import median
from lambdas.analytics.answering.post_view import MeasuredPost, ranking_value
from lambdas.analytics.answering.report import WEEKDAYS, fetched_at, post_facts
from lambdas.analytics.answering.sibling_views import BestTimesHead, SlotJson
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.instagram_days import HALF_A_DAY, PACIFIC
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.records import Number, OnlineFollowers

Slot = tuple[int, int]
"""A weekday (0 is Sunday) and an hour."""
BEST = 3
# Fewer posts are luck: such an hour is named only if there are not enough others.
ENOUGH_POSTS = 3
ONLINE_DAYS = 28


def slot_of(local: datetime) -> Slot:
    """Return the hour of the week of a local time."""
    return local.isoweekday() % 7, local.hour


def online_by_slot(days: Iterable[OnlineFollowers], zone: ZoneInfo) -> Mapping[Slot, float]:
    """Return the average number of followers online in each hour of the account's week."""
    found: dict[Slot, list[Number]] = {}
    for day in days:
        for local, count in online_hours(day, zone):
            found.setdefault(slot_of(local), []).append(count)
    return {slot: sum(counts) / len(counts) for slot, counts in found.items()}


def online_hours(day: OnlineFollowers, zone: ZoneInfo) -> list[tuple[datetime, Number]]:
    """Return a day's hours, which Instagram counts in Pacific Time, as local times of a zone."""
    there = (day.end_time - HALF_A_DAY).astimezone(PACIFIC).date()
    hours = sorted((hour, count) for hour, count in day.hours.items() if 0 <= hour <= 23)
    return [
        (datetime.combine(there, time(hour), PACIFIC).astimezone(zone), count)
        for hour, count in hours
    ]


def best_times_answer(question: Question, reader: NumbersReader, min_reach: int) -> Answer:
    """Return the hours of the week with posts of the range or followers online."""
    account_id, dates = question.account.id, question.dates
    rows = StoredRange(posts=reader.posts(account_id, dates.starts_at, dates.ends_at))
    report = rows.report(account_id, question.state, dates, question.now)
    days = reader.online(account_id, ONLINE_DAYS)
    online = online_by_slot(days, question.zone)
    groups: dict[Slot, list[MeasuredPost]] = {}
    for one in report.posts:
        groups.setdefault(slot_of(one.local), []).append(one)
    slots = [
        _slot_json(slot, groups.get(slot, []), online.get(slot), min_reach)
        for slot in sorted(groups.keys() | online.keys())
    ]
    head = BestTimesHead(
        account=account_id,
        since=dates.since.isoformat(),
        until=dates.until.isoformat(),
        time_zone=dates.zone.key,
        slots=slots,
        best=best(slots),
        fetched_at=fetched_at(
            [*(one.post.collected_at for one in report.posts), *(day.collected_at for day in days)]
        ),
    )
    return as_answer(head, post_facts(report.posts, report.views))


def best(slots: Iterable[SlotJson]) -> list[SlotJson]:
    """Return the three hours of the highest median reach, of those with enough posts first."""
    known = [slot for slot in slots if slot.median_reach is not None]
    known.sort(
        key=lambda slot: (slot.posts >= ENOUGH_POSTS, slot.median_reach or 0, slot.posts),
        reverse=True,
    )
    return known[:BEST]


def _slot_json(
    slot: Slot, posts: list[MeasuredPost], online: float | None, min_reach: int
) -> SlotJson:
    rates = (ranking_value(one, "engagementRateByReach", min_reach) for one in posts)
    return SlotJson(
        weekday=WEEKDAYS[slot[0]],
        hour=f"{slot[1]:02}:00",
        posts=len(posts),
        median_reach=median(one.measures.reach for one in posts),
        median_engagement_rate=median(rates),
        online_followers=online,
    )
