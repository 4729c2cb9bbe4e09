"""The account's days, windows, audience and stories."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lambdas.analytics.collecting.schedule import LAST_LOOK
from lambdas.analytics.instagram_days import date_of_day, dates_of_window, last_midnight
from lambdas.analytics.records import Reason, Unit
from local.graph.numbers import day_number, day_of, reach_of_days
from tests.analytics.conftest import ACCOUNT, TOKEN, Numbers
from tests.conftest import Aws

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")


def test_first_collection_goes_back_90_days(numbers: Numbers) -> None:
    numbers.collect(Unit.DAYS)

    closed = [day for day in numbers.days() if day.end_time <= numbers.clock.now()]
    assert len(closed) == 89
    for day in closed:
        pacific = day_of(day.end_time - HOUR)
        assert day.reach == day_number(ACCOUNT, "reach", pacific), day
    known = [day for day in closed if day.new_followers is not None]
    assert len(known) == 30
    assert all(
        day.new_followers == day_number(ACCOUNT, "follows", day_of(day.end_time - HOUR))
        for day in known
    )


def test_yesterday_has_totals_and_follows(numbers: Numbers) -> None:
    numbers.collect(Unit.DAYS)

    end = last_midnight(numbers.clock.now())
    yesterday = next(day for day in numbers.days() if day.end_time == end)
    pacific = day_of(end - HOUR)
    assert yesterday.totals["views"] == day_number(ACCOUNT, "views", pacific)
    assert yesterday.follows == day_number(ACCOUNT, "follows", pacific)
    assert yesterday.unfollows == day_number(ACCOUNT, "unfollows", pacific)


def test_open_day_is_overwritten(numbers: Numbers) -> None:
    numbers.collect(Unit.DAYS)
    before = numbers.days()[-1]
    numbers.clock.advance(6 * HOUR)

    numbers.collect(Unit.DAYS)

    after = numbers.days()[-1]
    assert (after.end_time, before.end_time) == (before.end_time, after.end_time)
    assert before.reach is not None
    assert after.reach is not None
    assert after.reach > before.reach


def test_days_missed_are_read_later(numbers: Numbers) -> None:
    numbers.collect(Unit.DAYS)
    numbers.control("fail", status=500, code=2)
    for _ in range(3):
        numbers.clock.advance(DAY)
        numbers.collect(Unit.DAYS)
    assert numbers.status(Unit.DAYS).problem == "unavailable"
    numbers.emulator_state.faults.clear()

    numbers.collect(Unit.DAYS)

    ends = [day.end_time for day in numbers.days() if day.reach is not None]
    assert ends == [last_midnight(ends[-1], number) for number in reversed(range(len(ends)))]
    assert ends[-1] > numbers.clock.now()


def test_late_numbers_are_asked_again(numbers: Numbers) -> None:
    numbers.control("live", account=ACCOUNT, delay_hours=48, late="missing")
    numbers.collect(Unit.DAYS)
    end = last_midnight(numbers.clock.now())
    assert not any(day.end_time == end and day.reach for day in numbers.days())

    for _ in range(4):
        numbers.clock.advance(DAY)
        numbers.collect(Unit.DAYS)

    day = next(day for day in numbers.days() if day.end_time == end)
    assert day.reach == day_number(ACCOUNT, "reach", day_of(end - HOUR))
    assert day.follows is not None


def test_empty_answer_loses_no_closed_day(numbers: Numbers) -> None:
    numbers.collect(Unit.DAYS)
    before = {day.end_time: day for day in numbers.days()[:-1]}
    numbers.control("fail", path="insights", status=200, body='{"data": []}')

    numbers.clock.advance(HOUR)
    numbers.collect(Unit.DAYS)

    after = {day.end_time: day for day in numbers.days()}
    assert all(after[end] == day for end, day in before.items())


def test_number_of_a_closed_day_may_change(numbers: Numbers) -> None:
    numbers.collect(Unit.DAYS)
    end = last_midnight(numbers.clock.now())
    numbers.control("day", account=ACCOUNT, day=str(day_of(end - HOUR)), numbers={"reach": 7})

    numbers.collect(Unit.DAYS)

    assert next(day for day in numbers.days() if day.end_time == end).reach == 7


def test_windows_count_people_once(numbers: Numbers) -> None:
    numbers.collect(Unit.DAYS)

    end = last_midnight(numbers.clock.now())
    start = last_midnight(numbers.clock.now(), 30)
    windows = numbers.dependencies.reader.windows(ACCOUNT, start, start + HOUR)
    days = [day_of(start + HOUR) + number * DAY for number in range(30)]
    reached = [day_number(ACCOUNT, "reach", day) for day in days]
    assert [(window.end, window.totals["reach"]) for window in windows] == [
        (end, reach_of_days(reached))
    ]
    assert windows[0].follows == sum(day_number(ACCOUNT, "follows", day) for day in days)


def test_refused_account_metric_stops_no_other(numbers: Numbers) -> None:
    numbers.control("refuse", level="ACCOUNT", metrics=["views"])

    numbers.collect(Unit.DAYS)

    end = last_midnight(numbers.clock.now())
    totals = next(day for day in numbers.days() if day.end_time == end).totals
    assert "views" not in totals
    assert "likes" in totals
    assert numbers.status(Unit.DAYS).problem is None


def test_small_account_has_no_follower_series(numbers: Numbers) -> None:
    numbers.emulator_state.accounts[ACCOUNT].followers = 12
    numbers.control("live", account=ACCOUNT, enabled=False)

    numbers.collect(Unit.DAYS, Unit.AUDIENCE)

    assert numbers.status(Unit.DAYS).problem is None
    assert all(day.new_followers is None for day in numbers.days())
    audience = numbers.dependencies.reader.latest_audience(ACCOUNT)
    assert audience
    assert (audience.followers, set(audience.missing.values())) == ({}, {Reason.TOO_FEW_VIEWERS})


def test_profile_counts_are_kept_by_day(numbers: Numbers) -> None:
    numbers.collect(Unit.DAYS)
    numbers.clock.advance(DAY)
    numbers.collect(Unit.DAYS)

    counts = [day.followers for day in numbers.days() if day.followers is not None]
    state = numbers.dependencies.reader.state(ACCOUNT)
    assert len(counts) == 2
    assert state
    assert state.profile
    assert state.profile.followers_count == counts[-1]


def test_audience_keeps_its_spelling(numbers: Numbers) -> None:
    numbers.collect(Unit.AUDIENCE)

    audience = numbers.dependencies.reader.latest_audience(ACCOUNT)
    assert audience
    assert set(audience.followers) == {"age", "gender", "country", "city"}
    assert "US" in audience.followers["country"]
    assert "Berlin, Berlin" in audience.engaged["city"]
    assert numbers.dependencies.reader.online(ACCOUNT, 1)[0].hours[23] > 0


def test_story_is_read_until_it_ends(numbers: Numbers) -> None:
    _add_story(numbers, "19000000000000001", numbers.clock.now())
    ends_at = numbers.clock.now() + DAY

    while numbers.clock.now() < ends_at + HOUR:
        numbers.collect(Unit.STORIES)
        due = numbers.status(Unit.STORIES).due_at
        assert due
        numbers.clock.advance(min(due - numbers.clock.now(), HOUR))

    story = numbers.dependencies.reader.stories(ACCOUNT, ends_at - 2 * DAY, ends_at)[0]
    history = numbers.dependencies.reader.history(ACCOUNT, story.id)
    assert story.collected_at == ends_at - LAST_LOOK
    assert len(history) >= 23
    assert set(story.navigation) == {"tap_forward", "tap_back", "tap_exit"}


def test_story_of_few_viewers_has_a_reason(numbers: Numbers) -> None:
    _add_story(numbers, "19000000000000002", numbers.clock.now() - HOUR, viewers=3)
    _add_story(numbers, "19000000000000003", numbers.clock.now() - HOUR)

    numbers.collect(Unit.STORIES)

    now = numbers.clock.now()
    few, many = numbers.dependencies.reader.stories(ACCOUNT, now - DAY, now)
    assert few.numbers == {}
    assert set(few.missing.values()) == {Reason.TOO_FEW_VIEWERS}
    assert many.numbers["views"] > 0


def test_few_viewers_are_no_failure(numbers: Numbers) -> None:
    _add_story(numbers, "19000000000000004", numbers.clock.now() - HOUR, viewers=3)
    numbers.control("fail", path=f"{ACCOUNT}/insights", status=500, code=2)

    [status] = numbers.collect(Unit.STORIES)

    assert status
    assert status.problem is None
    now = numbers.clock.now()
    [story] = numbers.dependencies.reader.stories(ACCOUNT, now - DAY, now)
    assert set(story.missing.values()) == {Reason.TOO_FEW_VIEWERS}


@pytest.mark.parametrize(
    ("end", "zone", "expected"),
    [
        ("2026-03-09T07:00:00+00:00", "America/Los_Angeles", date(2026, 3, 8)),
        ("2026-03-08T08:00:00+00:00", "America/Los_Angeles", date(2026, 3, 7)),
        ("2026-11-02T08:00:00+00:00", "America/Los_Angeles", date(2026, 11, 1)),
        ("2026-03-30T07:00:00+00:00", "Europe/Berlin", date(2026, 3, 29)),
        ("2026-03-30T07:00:00+00:00", "Asia/Tokyo", date(2026, 3, 30)),
        ("2026-03-30T07:00:00+00:00", "Pacific/Honolulu", date(2026, 3, 29)),
    ],
)
def test_day_belongs_to_one_date(end: str, zone: str, expected: date) -> None:
    assert date_of_day(datetime.fromisoformat(end), ZoneInfo(zone)) == expected


def test_window_covers_whole_dates() -> None:
    start, end = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 31, 7, tzinfo=UTC)

    assert dates_of_window(start, end, BERLIN) == (date(2026, 3, 1), date(2026, 3, 30))


def test_missing_permission_still_reads_the_profile(numbers: Numbers) -> None:
    numbers.control("token", token=TOKEN, scopes=["instagram_business_basic"])

    numbers.collect(Unit.DAYS)

    state = numbers.dependencies.reader.state(ACCOUNT)
    assert state
    assert state.profile
    assert state.status(Unit.DAYS).problem == "insights_not_granted"


def _add_story(numbers: Numbers, media_id: str, at: datetime, viewers: int = 500) -> None:
    story = {"id": media_id, "product_type": "STORY", "taken_at": at.isoformat()}
    numbers.control("media", account=ACCOUNT, media=[{**story, "viewers": viewers}])


def test_autumn_hour_makes_no_window_wrong(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=1, days=120)
    numbers.clock.advance(datetime(2026, 11, 26, 20, tzinfo=UTC) - numbers.clock.now())
    numbers.control("token", token=TOKEN, expires_in_hours=10_000)

    numbers.collect(Unit.DAYS)

    now = numbers.clock.now()
    windows = numbers.dependencies.reader.windows(ACCOUNT, now - 100 * DAY, now)
    assert len(windows) >= 4
    for window in windows:
        assert DAY * 6 < window.end - window.start <= 30 * DAY
        pacific = [day_of(window.start + HOUR)]
        while pacific[-1] < day_of(window.end - HOUR):
            pacific.append(pacific[-1] + DAY)
        reached = [day_number(ACCOUNT, "reach", day) for day in pacific]
        assert window.totals["reach"] == reach_of_days(reached)


def test_interrupted_past_is_read_later(numbers: Numbers) -> None:
    numbers.control("fail", path="insights", status=500, code=2, every=2)
    numbers.collect(Unit.DAYS)
    numbers.emulator_state.faults.clear()
    numbers.clock.advance(DAY)

    numbers.collect(Unit.DAYS)

    now = numbers.clock.now()
    past = [
        window
        for window in numbers.dependencies.reader.windows(ACCOUNT, now - 100 * DAY, now)
        if window.follows is not None
    ]
    assert len(past) == 3
    assert all(window.totals for window in past)


def test_empty_answer_keeps_the_audience(numbers: Numbers) -> None:
    numbers.collect(Unit.AUDIENCE)
    before = numbers.dependencies.reader.latest_audience(ACCOUNT)
    numbers.control("fail", path="insights", status=200, body='{"data": []}')

    numbers.collect(Unit.AUDIENCE)

    assert numbers.dependencies.reader.latest_audience(ACCOUNT) == before
