"""What visitors may cause: reads of posts, and rows that remember them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from lambdas.kit.clock import FixedClock
from lambdas.storage import keys
from lambdas.storage.events.event import Event
from lambdas.storage.events.feed_state import (
    PAST_DATES,
    PAST_DATES_WINDOW,
    PAST_EVENTS,
    FeedStateStore,
)
from lambdas.storage.events.transactions import transact
from tests.conftest import Aws

TODAY = date(2026, 4, 29)


@pytest.fixture
def feeds(fake_aws: Aws) -> FeedStateStore:
    return FeedStateStore(fake_aws.clients.table(fake_aws.table), timedelta(minutes=5))


def event_on(day: date) -> Event:
    return Event.on_date(day, "America/Los_Angeles")


def claims(feeds: FeedStateStore, clock: FixedClock, count: int, first: date) -> int:
    days = (first + timedelta(days=number) for number in range(count))
    return sum(feeds.claim_for(event_on(day), clock.now()) for day in days)


@pytest.mark.parametrize("first", [date(2026, 4, 30), date(2600, 1, 1), date(1999, 1, 1)])
def test_windows_without_posts_cost_nothing(
    feeds: FeedStateStore, fake_aws: Aws, clock: FixedClock, first: date
) -> None:
    assert claims(feeds, clock, 60, first) == 0
    assert fake_aws.clients.table(fake_aws.table).scan()["Items"] == []


def test_past_dates_are_rationed(feeds: FeedStateStore, clock: FixedClock) -> None:
    assert claims(feeds, clock, 60, date(2020, 1, 1)) == PAST_DATES

    clock.advance(PAST_DATES_WINDOW)
    assert claims(feeds, clock, 60, date(2021, 1, 1)) == PAST_DATES


def test_today_is_never_rationed(feeds: FeedStateStore, clock: FixedClock) -> None:
    claims(feeds, clock, 60, date(2020, 1, 1))

    assert feeds.claim_for(event_on(TODAY), clock.now())


def party(clock: FixedClock, name: str, days_ago: int) -> Event:
    begun = clock.now() - timedelta(days=days_ago)
    return Event(name, "", begun, begun + timedelta(hours=5), "UTC")


def test_dates_leave_calls_for_created_events(feeds: FeedStateStore, clock: FixedClock) -> None:
    claims(feeds, clock, 60, date(2020, 1, 1))

    assert feeds.claim_for(party(clock, "our-party", 900), clock.now())


def test_past_events_are_rationed(feeds: FeedStateStore, clock: FixedClock) -> None:
    parties = [party(clock, f"party-{number}", 100 + number) for number in range(60)]

    assert sum(feeds.claim_for(one, clock.now()) for one in parties) == PAST_EVENTS
    assert feeds.claim_for(party(clock, "today", 0), clock.now())


def test_views_at_one_time_use_one(feeds: FeedStateStore, clock: FixedClock) -> None:
    day = event_on(date(2020, 1, 1))
    assert sum(feeds.claim_for(day, clock.now()) for _ in range(60)) == 1

    assert claims(feeds, clock, 60, date(2021, 1, 1)) == PAST_DATES - 1


def test_rows_of_dates_expire(feeds: FeedStateStore, fake_aws: Aws, clock: FixedClock) -> None:
    feeds.claim_for(event_on(TODAY), clock.now())
    feeds.synced(TODAY.isoformat(), clock.now())
    feeds.synced("our-party", clock.now())

    table = fake_aws.clients.table(fake_aws.table)
    rows = {row[keys.PARTITION]: row for row in table.scan()["Items"]}
    expires = rows[keys.event_partition(TODAY.isoformat())][keys.EXPIRES]
    assert isinstance(expires, Decimal)
    assert expires > clock.now().timestamp()
    assert keys.EXPIRES not in rows[keys.event_partition("our-party")]


def test_change_during_a_refresh_is_read_next(
    feeds: FeedStateStore, fake_aws: Aws, clock: FixedClock
) -> None:
    assert feeds.claim("party", clock.now())

    transact(fake_aws.clients.table(fake_aws.table), [feeds.expiry("party")])
    feeds.synced("party", clock.now())

    assert feeds.get("party").due(clock.now())
    assert feeds.claim("party", clock.now())
    feeds.synced("party", clock.now())
    assert not feeds.get("party").due(clock.now())
