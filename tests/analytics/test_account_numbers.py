"""The account's own numbers: days as Instagram cuts them, windows, what is not known."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from lambdas.analytics.answering.dates import closed_dates
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.instagram_days import date_of_day, midnight
from lambdas.kit.clock import from_rfc3339
from tests.analytics.rows import (
    BERLIN,
    COLLECTED,
    LOS_ANGELES,
    NOW,
    computed,
    dates,
    day,
    pacific_day,
    window,
)

SPAN = dates("2026-04-20", "2026-04-22")
DAYS = [
    day("2026-04-21T07:00:00Z", reach=100, new_followers=5, follows=6, unfollows=2),
    day("2026-04-22T07:00:00Z", reach=150, new_followers=0, follows=1, unfollows=4),
    day("2026-04-23T07:00:00Z", reach=0, new_followers=2, follows=2, unfollows=0),
]
WINDOW = window(
    "2026-04-20T07:00:00Z", "2026-04-23T07:00:00Z", totals={"reach": 180}, follows=9, unfollows=7
)


def test_known_days_add_up() -> None:
    totals = computed(StoredRange(days=DAYS), SPAN)["totals"]

    assert totals["netFollowers"] == 4 - 3 + 2
    assert totals["newFollowers"] == 7
    assert totals["accountReach"] is None
    assert totals["accountReachDailySum"] == 250


def test_a_gap_makes_net_unknown() -> None:
    totals = computed(StoredRange(days=[DAYS[0], DAYS[2]]), SPAN)["totals"]

    assert totals["netFollowers"] is None
    assert totals["missing"]["netFollowers"] == "follows_missing"
    assert totals["newFollowers"] == 7
    assert totals["accountReachDailySum"] == 100


def test_an_exact_window_counts() -> None:
    totals = computed(StoredRange(days=DAYS[:1], windows=[WINDOW]), SPAN)["totals"]

    assert totals["accountReach"] == 180
    assert totals["netFollowers"] == 2


def test_another_window_does_not_count() -> None:
    longer = window("2026-04-19T07:00:00Z", "2026-04-23T07:00:00Z", totals={"reach": 999})
    shorter = window("2026-04-20T07:00:00Z", "2026-04-22T07:00:00Z", totals={"reach": 1})

    totals = computed(StoredRange(days=DAYS, windows=[longer, shorter]), SPAN)["totals"]
    assert totals["accountReach"] is None


def test_a_single_day_has_its_reach() -> None:
    totals = computed(StoredRange(days=DAYS[1:2]), dates("2026-04-21", "2026-04-21"))["totals"]

    assert totals["accountReach"] == 150
    assert totals["netFollowers"] == -3


def test_the_open_day_is_not_required() -> None:
    today = dates("2026-04-28", "2026-04-29")
    closed = day("2026-04-29T07:00:00Z", follows=3, unfollows=1)

    assert computed(StoredRange(days=[closed]), today)["totals"]["netFollowers"] == 2
    assert (
        computed(StoredRange(), dates("2026-04-29", "2026-04-29"))["totals"]["netFollowers"] is None
    )


def test_rows_of_one_date_are_merged() -> None:
    newer = day("2026-04-21T08:00:00Z", COLLECTED + timedelta(hours=1), reach=110)
    found = computed(StoredRange(days=[DAYS[0], newer]), dates("2026-04-20", "2026-04-20"))

    assert found["totals"]["accountReach"] == 110
    assert found["totals"]["netFollowers"] == 4
    assert found["fetchedAt"] == int(COLLECTED.timestamp()) * 1000


def test_series_have_the_graph_shape() -> None:
    found = computed(StoredRange(days=DAYS[:2]), SPAN)["accountInsights"]

    assert found["reach"] == [
        {
            "name": "reach",
            "period": "day",
            "values": [
                {"value": 100, "end_time": "2026-04-21T07:00:00+0000"},
                {"value": 150, "end_time": "2026-04-22T07:00:00+0000"},
            ],
        }
    ]
    assert [one["value"] for one in found["follower_count"][0]["values"]] == [5, 0]


def test_days_belong_to_the_date_of_their_middle() -> None:
    ends = from_rfc3339("2026-04-21T07:00:00Z")

    assert date_of_day(ends, LOS_ANGELES) == date_of_day(ends, BERLIN) == date(2026, 4, 20)
    assert date_of_day(ends, ZoneInfo("Asia/Tokyo")) == date(2026, 4, 21)


def test_days_of_clock_changes_keep_their_date() -> None:
    for changed in (date(2026, 3, 8), date(2026, 11, 1)):
        one = pacific_day(changed, reach=1)
        assert one.end_time == midnight(changed + timedelta(days=1))
        assert date_of_day(one.end_time, LOS_ANGELES) == changed


def test_a_date_is_closed_when_the_day_is() -> None:
    span = dates("2026-04-27", "2026-04-29", BERLIN)
    before = from_rfc3339("2026-04-29T06:59:59Z")

    assert [at.day for at in closed_dates(span, before)] == [27]
    assert [at.day for at in closed_dates(span, before + timedelta(seconds=1))] == [27, 28]
    assert [at.day for at in closed_dates(span, NOW)] == [27, 28]


def test_a_zone_may_see_two_days_on_one_date() -> None:
    # In Kabul noon in California is at 00:30 in winter, and at 23:30 of the day before in summer.
    kabul = ZoneInfo("Asia/Kabul")
    there = [date_of_day(midnight(date(2026, 3, at + 1)), kabul).day for at in (6, 7, 8, 9)]

    assert there == [7, 8, 8, 9]
    span = dates("2026-03-07", "2026-03-09", kabul)
    assert [at.day for at in closed_dates(span, NOW)] == [7, 8, 9]
