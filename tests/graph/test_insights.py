"""Numbers about media and about the account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.graph.errors import (
    PermissionMissing,
    RequestRefused,
)
from lambdas.graph.media import Media
from local.graph.data import ACCOUNT_ID, SAMPLE_DAY
from tests.graph.conftest import Bench

DAY = (SAMPLE_DAY, SAMPLE_DAY + timedelta(days=1))


def media_of_type(product: str = "FEED", media_id: str = "17900000000000020") -> Media:
    return Media(media_id, "IMAGE", None, None, product)


def test_product_types_have_numbers(bench: Bench, login_type: str) -> None:
    insights = bench.account(login_type).insights

    feed, reel = (
        insights.of_media(media_of_type()),
        insights.of_media(media_of_type("REELS", "17900000000000040")),
    )
    story = insights.of_media(media_of_type("STORY", "17900000000009001"))

    assert "saved" in feed
    assert "ig_reels_avg_watch_time" in reel
    assert "navigation" in story
    for metrics in (feed, reel, story):
        assert all(
            metric.value is not None and metric.missing is None for metric in metrics.values()
        )
    assert bench.calls("insights") == 3


def test_refused_metric_is_learned(bench: Bench) -> None:
    insights = bench.account().insights
    wanted = ["views", "navigation", "reach"]

    first = insights.of_media(media_of_type(), wanted)
    calls = bench.calls("insights")
    again = insights.of_media(media_of_type("FEED", "17900000000000011"), wanted)

    assert (first["navigation"].value, first["navigation"].missing) == (None, "not_supported")
    assert first["views"].value is not None
    assert again["navigation"].missing == "not_supported"
    assert bench.calls("insights") == calls + 1


def test_missing_number_is_none(bench: Bench) -> None:
    when = DAY[0].isoformat()
    bench.control(
        "media",
        account=ACCOUNT_ID,
        media=[
            {"id": "61", "taken_at": when, "before_business": True},
            {"id": "62", "taken_at": when, "viewers": 0},
            {"id": "63", "taken_at": when, "product_type": "STORY", "viewers": 3},
        ],
    )
    insights = bench.account().insights

    assert {m.missing for m in insights.of_media(media_of_type("FEED", "61")).values()} == {
        "before_business_account"
    }
    assert {m.missing for m in insights.of_media(media_of_type("FEED", "62")).values()} == {
        "not_told"
    }
    assert {m.missing for m in insights.of_media(media_of_type("STORY", "63")).values()} == {
        "too_few_viewers"
    }
    assert {m.value for m in insights.of_media(media_of_type("FEED", "62")).values()} == {None}


def test_missing_permission_is_named(bench: Bench) -> None:
    with pytest.raises(PermissionMissing) as refused:
        bench.account(token="IGAAlocalnoinsights").insights.of_media(media_of_type())

    assert refused.value.permission == "instagram_business_manage_insights"


def test_account_numbers_come_in_windows(bench: Bench, login_type: str) -> None:
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)

    found = list(bench.account(login_type).insights.of_account(since, until, ["reach", "likes"]))

    assert [(end - start).days for start, end, _ in found] == [30, 30, 30]
    assert all(metrics["reach"].value is not None for _, _, metrics in found)


def test_series_keep_end_times(bench: Bench) -> None:
    [(_, _, metrics)] = bench.account().insights.of_account(*DAY, ["reach"], series=True)

    assert [point.end_time for point in metrics["reach"].points] == [DAY[1]]


def test_breakdowns_and_demographics(bench: Bench, login_type: str) -> None:
    insights = bench.account(login_type).insights
    [(_, _, metrics)] = insights.of_account(*DAY, ["reach"], breakdown="media_product_type")
    ages = insights.demographics("follower_demographics", "age")

    assert {part.values for part in metrics["reach"].breakdowns} == {
        ("post",),
        ("reel",),
        ("story",),
    }
    assert ages.value is None
    assert ages.missing is None
    assert sum(part.value for part in ages.breakdowns) == 1250


def test_few_viewers_are_no_refusal(bench: Bench) -> None:
    story = media_of_type("STORY", "17900000000009001")
    with pytest.raises(PermissionMissing):
        bench.account(token="IGAAlocalnoinsights").insights.of_media(story)

    bench.emulator_state.accounts[ACCOUNT_ID].stories[0].__dict__["viewers"] = 2
    insights = bench.account().insights
    assert {metric.missing for metric in insights.of_media(story).values()} == {"too_few_viewers"}
    assert insights.media_breakdown(story, "navigation").missing == "too_few_viewers"
    assert bench.calls(f"{ACCOUNT_ID}/insights") == 1


def test_few_viewers_in_other_words(bench: Bench) -> None:
    story = media_of_type("STORY", "17900000000009001")
    body = '{"error": {"code": 10, "message": "(#10) Zu wenige Zuschauer"}}'
    bench.control("fail", path=f"{story.id}/insights", status=400, body=body)
    insights = bench.account().insights
    for _ in range(2):
        found = insights.of_media(story).values()
        assert {metric.missing for metric in found} == {"too_few_viewers"}
    # Whether the token may read numbers at all was asked once.
    assert bench.calls(f"{ACCOUNT_ID}/insights") == 1


def test_navigation_has_parts(bench: Bench, login_type: str) -> None:
    navigation = bench.account(login_type).insights.media_breakdown(
        media_of_type("STORY", "17900000000009001"), "navigation"
    )

    assert {part.values for part in navigation.breakdowns} == {
        ("tap_forward",),
        ("tap_back",),
        ("tap_exit",),
    }


def test_follows_come_in_parts(bench: Bench, login_type: str) -> None:
    [(_, _, follows)] = bench.account(login_type).insights.follows(*DAY)

    assert follows.value is None
    assert follows.missing is None
    assert {part.values for part in follows.breakdowns} == {("follower",), ("non_follower",)}


def test_online_hours_are_counted(bench: Bench, login_type: str) -> None:
    first, second = bench.account(login_type).insights.online_followers()

    assert first.followers[23] == 109
    assert len(first.followers) == 24
    assert second.followers == {}


def test_metrics_differ_by_login_type(bench: Bench) -> None:
    wanted = ["views", "total_views", "link_clicks"]
    story = media_of_type("STORY", "17900000000009001")

    instagram = bench.account("instagram").insights.of_media(story, wanted)
    facebook = bench.account("facebook").insights.of_media(story, wanted)

    assert [instagram[name].missing for name in wanted] == [
        None,
        "not_supported",
        "not_supported",
    ]
    assert [facebook[name].missing for name in wanted] == [None, None, None]


def test_new_followers_of_thirty_days(bench: Bench) -> None:
    now = bench.clock.now()
    insights = bench.account().insights

    assert len(insights.new_followers(now - timedelta(days=10), now).points) == 10
    with pytest.raises(RequestRefused):
        insights.new_followers(now - timedelta(days=60), now - timedelta(days=50))
