"""Accounts with many posts, made on demand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from local.graph.generated import AccountPlan, generated_account
from tests.local.graph.conftest import LIVE, NOW, PLAN, GraphClient, LiveGraph

YEAR = timedelta(days=365)


def test_equal_plans_give_equal_accounts() -> None:
    first, second = generated_account(PLAN), generated_account(PLAN)

    assert list(first.media) == list(second.media)
    assert list(first.media) != list(generated_account(replace(PLAN, seed=2)).media)


def test_posts_are_of_all_kinds() -> None:
    media = generated_account(PLAN).media

    kinds = Counter((one.media_type, one.product_type) for one in media)
    assert kinds == {
        ("IMAGE", "FEED"): 120,
        ("VIDEO", "REELS"): 90,
        ("CAROUSEL_ALBUM", "FEED"): 90,
    }
    assert all(2 <= len(one.children) <= 9 for one in media if one.media_type == "CAROUSEL_ALBUM")
    assert len({part.id for one in media for part in (one, *one.children)}) > 300


def test_posts_have_their_peculiarities() -> None:
    media = generated_account(PLAN).media

    assert [one.before_business for one in media].index(True) == 294
    assert sum(one.viewers == 0 for one in media) == 12
    assert sum(one.hides_likes for one in media) == 15
    assert sum(one.caption is None for one in media) == 30
    assert sum("#" in (one.caption or "") for one in media) == 240


def test_posts_lie_in_the_period() -> None:
    media = generated_account(PLAN).media

    times = [one.taken_at for one in media]
    assert times == sorted(times, reverse=True)
    assert PLAN.since <= times[-1] < times[0] < PLAN.until
    assert times[0] - times[-1] > YEAR * 0.98


@pytest.mark.parametrize(
    "change",
    [
        {"posts": -1},
        {"posts": 20_001},
        {"stories": 101},
        {"until": PLAN.since},
        {"followers": -1},
        {"id": "abc"},
    ],
)
def test_impossible_plan_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        replace(PLAN, **change)  # type: ignore[arg-type]


def test_account_is_listed(live_graph: LiveGraph) -> None:
    found = live_graph.pages("me/media", fields="id,like_count,timestamp", limit="100")

    assert len(found) == 300
    assert live_graph.get("me", fields="media_count")["media_count"] == 300
    assert sum("like_count" not in one for one in found) == 15


def test_hidden_likes_are_read_directly(live_graph: LiveGraph) -> None:
    hidden = next(one for one in live_graph.account.media if one.hides_likes)

    assert "like_count" in live_graph.get(hidden.id, fields="like_count")


def test_posts_appear_with_time(live_graph: LiveGraph) -> None:
    live_graph.set_time(NOW - timedelta(days=100))

    newest = live_graph.get("me/media", fields="timestamp", limit="1")["data"][0]

    assert newest["timestamp"] < f"{NOW - timedelta(days=100):%F}T23"
    assert 200 < live_graph.get("me", fields="media_count")["media_count"] < 230
    ahead = live_graph.account.media[0].id
    assert live_graph.get(ahead)["error"]["error_subcode"] == 33


def test_stories_end_after_a_day(live_graph: LiveGraph) -> None:
    story = live_graph.account.stories[0].id
    assert live_graph.get("me/stories")["data"][0]["id"] == story

    live_graph.set_time(NOW + timedelta(hours=24))

    assert live_graph.get("me/stories")["data"] == []
    for path in (story, f"{story}/insights"):
        error = live_graph.get(path, metric="views")["error"]
        assert (error["code"], error["error_subcode"]) == (100, 33)


def test_stories_with_few_viewers_refuse(live_graph: LiveGraph) -> None:
    answers = [
        live_graph.get(f"{one.id}/insights", metric="views") for one in live_graph.account.stories
    ]

    assert [answer.get("error", {}).get("code") for answer in answers] == [None, 10] + [None] * 3


def test_newest_ten_thousand_are_listed(live_graph: LiveGraph) -> None:
    plan = AccountPlan(LIVE, NOW - 5 * YEAR, NOW, posts=12_000)
    live_graph.state.accounts[LIVE] = account = generated_account(plan)

    found = live_graph.pages("me/media", limit="100")

    assert [one["id"] for one in found] == [one.id for one in account.media[:10_000]]


def test_plans_of_the_knob_are_checked(graph: GraphClient) -> None:
    body = {"id": LIVE, "since": "2025-01-01", "until": "2026-01-01"}

    assert graph.control("generate", **body, posts=20_001).status_code == 400
    assert "colour" in graph.control("generate", **body, colour="red").text
    assert graph.control("generate", **body, posts=5, token="IGAAlive").status_code == 200
    assert len(graph.state.accounts[LIVE].media) == 5
    assert graph.state.accounts[LIVE].media[-1].taken_at >= datetime(2025, 1, 1, tzinfo=UTC)


def test_media_list_follows_changes() -> None:
    media = generated_account(PLAN).media
    first, second, *_ = media
    assert media.newest()[0] == media.find(first.id) == first

    del media[0]
    media[0] = later = replace(second, taken_at=NOW)

    assert (media.find(first.id), media.find(second.id)) == (None, later)
    media.insert(5, replace(first, taken_at=NOW + YEAR))
    assert [one.id for one in media.newest()[:2]] == [first.id, second.id]
