"""The client reads an account whose numbers depend on the emulated time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.graph.client import Account
from local.graph import numbers
from local.graph.generated import AccountPlan, generated_account
from tests.conftest import NOW
from tests.graph.conftest import Bench

LIVE, TOKEN = "17841400000000088", "IGAAlivebench"
PLAN = AccountPlan(LIVE, NOW - timedelta(days=200), NOW, posts=120, stories=3)
DAY = timedelta(days=1)


@pytest.fixture
def account(bench: Bench) -> Account:
    period = {"since": PLAN.since.isoformat(), "until": PLAN.until.isoformat()}
    bench.control("generate", id=LIVE, posts=120, stories=3, token=TOKEN, **period)
    return bench.account(token=TOKEN, account_id=LIVE)


def test_knob_makes_the_planned_account(bench: Bench, account: Account) -> None:
    found = [media.id for media in account.library.media()]

    assert found == [one.id for one in generated_account(PLAN).media]
    assert bench.emulator_state.accounts[LIVE] == generated_account(PLAN)


def test_media_have_numbers_of_their_age(account: Account) -> None:
    media = next(one for one in account.library.media() if one.product_type == "REELS")
    assert media.timestamp is not None

    found = account.insights.of_media(media)

    age = NOW - media.timestamp
    assert {name: metric.value for name, metric in found.items()} == {
        name: numbers.media_number(media.id, "REELS", name, age) for name in found
    }


def test_new_followers_are_those_of_days(account: Account) -> None:
    end = numbers.day_start(numbers.day_of(NOW))

    found = account.insights.new_followers(end - 10 * DAY, end)

    assert [point.value for point in found.points] == [
        numbers.day_number(LIVE, "follower_count", numbers.day_of(point.end_time - DAY))
        for point in found.points
        if point.end_time is not None
    ]
    assert len(found.points) == 10


def test_followers_of_today_count(account: Account) -> None:
    assert account.library.profile().followers_count == numbers.followers_at(
        LIVE, 1250, PLAN.since, NOW
    )


def test_old_days_are_forgotten(account: Account) -> None:
    period = (NOW - 110 * DAY, NOW - 80 * DAY)

    [(_, _, found)] = account.insights.of_account(*period, ["reach"], series=True)

    # The first Pacific day that started less than 90 days ago is January 30.
    assert found["reach"].points[0].end_time == datetime(2026, 1, 31, 8, tzinfo=UTC)
