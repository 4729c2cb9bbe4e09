"""Numbers that depend on the emulated time."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from local.graph import numbers
from local.graph.numbers import day_end, day_number, day_of, day_start
from tests.local.graph.conftest import LIVE, NOW, PLAN, LiveGraph, window

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = day_of(NOW)
MIDNIGHT = day_start(TODAY)
METRICS = ("views", "reach", "likes", "comments", "saved", "shares", "total_interactions")


def graph_time(day: date) -> str:
    return f"{day_end(day):%FT%T}+0000"


def test_numbers_of_media_grow_until_thirty_days() -> None:
    ages = [timedelta(), HOUR, DAY, 7 * DAY, 30 * DAY, 300 * DAY]
    views = [numbers.media_number("1", "FEED", "views", age) for age in ages]

    assert views[0] == 0
    assert all(earlier < later for earlier, later in pairwise(views[:5]))
    assert views[4] == views[5] == numbers.final_media_number("1", "FEED", "views")
    assert 0.5 < views[2] / views[4] < 0.55


@pytest.mark.parametrize("product_type", ["FEED", "REELS"])
def test_numbers_of_media_fit_together(product_type: str) -> None:
    for age in (HOUR, 3 * DAY, 60 * DAY):
        views, reach, likes, *rest, total = (
            numbers.media_number("7", product_type, name, age) for name in METRICS
        )
        assert views >= reach >= likes
        assert total == likes + sum(rest)


def test_insights_are_those_numbers(live_graph: LiveGraph) -> None:
    post = live_graph.account.media[0]
    expected = [
        numbers.media_number(post.id, post.product_type, name, NOW - post.taken_at)
        for name in METRICS
    ]

    assert live_graph.numbers(post.id, *METRICS) == expected
    public = live_graph.get(post.id, fields="like_count,comments_count")
    assert [public["like_count"], public["comments_count"]] == [expected[2], expected[3]]


def test_numbers_are_overridden_and_shrink(live_graph: LiveGraph) -> None:
    post = live_graph.account.media[5]
    views, likes = live_graph.numbers(post.id, "views", "likes")

    live_graph.control("change_media", account=LIVE, media=post.id, numbers={"likes": 1})
    live_graph.control("live", account=LIVE, percent=50)

    assert live_graph.numbers(post.id, "views", "likes") == [views // 2, 1]
    live_graph.control("change_media", account=LIVE, media=post.id, numbers={"likes": None})
    assert live_graph.numbers(post.id, "likes") == [likes // 2]


def test_deleted_media_is_gone(live_graph: LiveGraph) -> None:
    post = live_graph.account.media[5].id

    live_graph.control("change_media", account=LIVE, media=post, deleted=True)

    assert live_graph.get(post)["error"]["error_subcode"] == 33
    assert live_graph.get("me", fields="media_count")["media_count"] == 299


def test_delayed_media_have_no_data(live_graph: LiveGraph) -> None:
    post = next(one for one in live_graph.account.media if one.viewers)
    live_graph.control("live", account=LIVE, delay_hours=48)
    live_graph.set_time(post.taken_at + 47 * HOUR)
    assert live_graph.get(f"{post.id}/insights", metric="views") == {"data": []}

    live_graph.set_time(post.taken_at + 72 * HOUR)

    [views] = live_graph.numbers(post.id, "views")
    assert views == numbers.media_number(post.id, post.product_type, "views", 24 * HOUR)


def test_series_has_days_of_the_period(live_graph: LiveGraph) -> None:
    found = live_graph.series("reach", MIDNIGHT - 3 * DAY, MIDNIGHT)

    days = [TODAY - n * DAY for n in (3, 2, 1)]
    assert found == {graph_time(day): day_number(LIVE, "reach", day) for day in days}


def test_open_day_grows(live_graph: LiveGraph) -> None:
    shown = []
    for hours in (6, 12, 24, 30):
        now = MIDNIGHT + hours * HOUR
        live_graph.set_time(now)
        shown.append(live_graph.series("reach", MIDNIGHT, now)[graph_time(TODAY)])

    whole = day_number(LIVE, "reach", TODAY)
    assert shown == [whole // 4, whole // 2, whole, whole]


@pytest.mark.parametrize(("late", "days"), [("growing", [3, 2]), ("missing", [3])])
def test_late_days_appear_later(live_graph: LiveGraph, late: str, days: list[int]) -> None:
    live_graph.control("live", account=LIVE, delay_hours=40, late=late)

    found = live_graph.series("reach", MIDNIGHT - 3 * DAY, NOW)

    assert list(found) == [graph_time(TODAY - n * DAY) for n in days]


def test_unknown_days_give_no_data(live_graph: LiveGraph) -> None:
    live_graph.control("live", account=LIVE, delay_hours=48, late="missing")
    query = {"period": "day", "metric": "reach", **window(MIDNIGHT - DAY, NOW)}

    assert live_graph.get("me/insights", **query) == {"data": []}
    assert live_graph.get("me/insights", metric_type="total_value", **query) == {"data": []}


def test_totals_are_those_of_days(live_graph: LiveGraph) -> None:
    query = {"period": "day", "metric": "reach,likes,saves", "metric_type": "total_value"}
    found = live_graph.get("me/insights", **query, **window(MIDNIGHT - 2 * DAY, MIDNIGHT))["data"]

    reach, likes, saves = ([day_number(LIVE, name, TODAY - n * DAY) for n in (1, 2)]
                           for name in ("reach", "likes", "saves"))  # fmt: skip
    expected = [numbers.reach_of_days(reach), sum(likes), sum(saves)]
    assert [entry["total_value"]["value"] for entry in found] == expected
    assert max(reach) < expected[0] < sum(reach)


def test_followers_move_by_the_day(live_graph: LiveGraph) -> None:
    totals = []
    for days in (2, 1, 0):
        live_graph.set_time(MIDNIGHT - days * DAY)
        totals.append(live_graph.get("me", fields="followers_count")["followers_count"])
    gained = live_graph.series("follower_count", MIDNIGHT - 2 * DAY, MIDNIGHT)
    lost = [day_number(LIVE, "unfollows", TODAY - n * DAY) for n in (2, 1)]

    expected = [new - gone for new, gone in zip(gained.values(), lost, strict=True)]
    assert [later - earlier for earlier, later in pairwise(totals)] == expected


def test_follows_and_unfollows_agree(live_graph: LiveGraph) -> None:
    query = {"metric": "follows_and_unfollows", "period": "day", "metric_type": "total_value"}
    period = window(MIDNIGHT - 2 * DAY, MIDNIGHT)
    found = live_graph.get("me/insights", breakdown="follow_type", **query, **period)["data"]

    [parts] = found[0]["total_value"]["breakdowns"]
    values = {part["dimension_values"][0]: part["value"] for part in parts["results"]}
    gained = live_graph.series("follower_count", MIDNIGHT - 2 * DAY, MIDNIGHT)
    assert values["FOLLOWER"] == sum(gained.values())
    lost = [day_number(LIVE, "unfollows", TODAY - n * DAY) for n in (2, 1)]
    assert values["NON_FOLLOWER"] == sum(lost)


def test_numbers_of_a_day_are_overridden(live_graph: LiveGraph) -> None:
    yesterday, since = TODAY - DAY, MIDNIGHT - DAY
    before = live_graph.get("me", fields="followers_count")["followers_count"]
    change = {"reach": 5, "follows": 0, "unfollows": 200}
    live_graph.control("day", account=LIVE, day=f"{yesterday}", numbers=change)

    assert live_graph.series("reach", since, MIDNIGHT) == {graph_time(yesterday): 5}
    assert live_graph.series("follower_count", since, MIDNIGHT) == {graph_time(yesterday): 0}
    after = live_graph.get("me", fields="followers_count")["followers_count"]
    net = day_number(LIVE, "follows", yesterday) - day_number(LIVE, "unfollows", yesterday)
    assert after - before == -200 - net


def test_open_day_has_no_new_followers(live_graph: LiveGraph) -> None:
    assert live_graph.series("follower_count", MIDNIGHT, NOW) == {}


def test_days_end_at_pacific_midnight() -> None:
    # Summer time ends on 2026-11-01: that day has 25 hours.
    first, second = date(2026, 10, 31), date(2026, 11, 1)

    assert [graph_time(day) for day in (first, second)] == [
        "2026-11-01T07:00:00+0000",
        "2026-11-02T08:00:00+0000",
    ]
    assert numbers.known_part(100, second, day_start(second) + 5 * HOUR) == 20
    assert numbers.known_part(100, second, day_start(second)) is None


def test_followers_start_with_the_plan() -> None:
    start = day_start(day_of(PLAN.since))

    assert numbers.followers_at(LIVE, 1250, PLAN.since, start) == 1250
    assert numbers.followers_at(LIVE, 1250, PLAN.since, NOW) > 1250


def test_sample_account_comes_alive(live_graph: LiveGraph) -> None:
    account = next(iter(live_graph.state.accounts))
    assert live_graph.state.accounts[account].live is None

    live_graph.control("live", account=account, since="2026-11-01")

    assert live_graph.state.accounts[account].live is not None
    live_graph.control("live", account=account, enabled=False)
    assert live_graph.state.accounts[account].live is None
