"""The report against numbers that were worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lambdas.analytics.answering.report import Options
from lambdas.analytics.answering.report_answer import pictures_end
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.records import AccountState, Reason, UnitStatus
from tests.analytics.rows import (
    ACCOUNT,
    BERLIN,
    LOS_ANGELES,
    NOW,
    computed,
    dates,
    numbers,
    post,
)
from tests.json_types import JsonObject

APRIL = dates("2026-04-01", "2026-04-29")
A = post(
    "2026-04-01T07:30:00Z",
    "a",
    numbers=numbers(10, 2, 3, 1, 200, 400),
    media_type="VIDEO",
    product_type="REELS",
)
B = post("2026-04-01T06:59:59Z", "b", numbers=numbers(4, 0, 0, 0, 100, 100))
C = post(
    "2026-04-27T19:00:00Z",
    "c",
    media_type="CAROUSEL_ALBUM",
    numbers={"likes": 7, "comments": 1, "reach": 50, "views": 80},
    missing={"saved": Reason.TOO_FEW_VIEWERS, "shares": Reason.NOT_SUPPORTED},
)
D = post("2026-04-28T19:00:00Z", "d", numbers=numbers(5, 0, 0, 0, 0, 0))
E = post("2026-04-28T20:00:00Z", "e")
CATALOGUE = StoredRange(posts=[A, C, D, E])


def keyed(groups: list[JsonObject], name: str = "key") -> dict[str, JsonObject]:
    return {group[name]: group for group in groups}


def test_totals_by_hand() -> None:
    totals = computed(CATALOGUE, APRIL)["totals"]

    assert totals == {
        "posts": 4,
        "accountReach": None,
        "netFollowers": None,
        "postReach": 250,
        "likes": 22,
        "comments": 3,
        "saved": 3,
        "shares": 1,
        "views": 480,
        "engagement": 16 + 8 + 5,
        "avgReachPerPost": 250 / 3,
        "avgEngagementPerPost": 29 / 3,
        "engagementRateByReach": 29 / 250,
        "likeRateByReach": 22 / 250,
        "commentRateByReach": 3 / 250,
        # Of the carousel neither saves nor shares are known: its reach does not count either.
        "saveRateByReach": 3 / 200,
        "shareRateByReach": 1 / 200,
        "viewToReachRatio": 480 / 250,
        "avgLikesPerPost": 22 / 3,
        "avgCommentsPerPost": 1,
        "avgViewsPerPost": 160,
        "accountReachDailySum": None,
        "newFollowers": None,
        "missing": {
            "accountReach": "no_window",
            "netFollowers": "follows_missing",
            "accountReachDailySum": "days_missing",
            "newFollowers": "new_followers_missing",
        },
    }


def test_keys_keep_their_order() -> None:
    found = computed(CATALOGUE, APRIL)

    assert list(found) == [
        "account", "since", "until", "time_zone", "totals", "accountInsights", "monthly",
        "mediaTypeBreakdown", "weekdayBreakdown", "hourBreakdown", "topPosts", "posts",
        "postsCursor", "fetchedAt",
    ]  # fmt: skip
    assert list(found["account"]) == [
        "id", "user_id", "username", "name", "account_type", "profile_picture_url",
        "followers_count", "follows_count", "media_count", "biography", "website",
    ]  # fmt: skip
    assert list(found["posts"][0])[:11] == [
        "id", "caption", "media_type", "media_product_type", "timestamp", "permalink", "thumbnail",
        "metrics", "derived", "missing", "collectedAt",
    ]  # fmt: skip


def test_kinds_by_average_reach() -> None:
    found = computed(CATALOGUE, APRIL)["mediaTypeBreakdown"]

    assert [(one["key"], one["posts"], one["avgReachPerPost"]) for one in found] == [
        ("REELS", 1, 200),
        ("CAROUSEL_ALBUM", 1, 50),
        ("IMAGE", 2, 0),
    ]


def test_unknown_numbers_stay_unknown() -> None:
    [shown] = computed(StoredRange(posts=[C]), APRIL)["posts"]

    assert shown["metrics"] == {
        "likes": 7,
        "comments": 1,
        "saved": None,
        "shares": None,
        "reach": 50,
        "views": 80,
        "total_interactions": None,
    }
    assert shown["missing"] == {
        "saved": "too_few_viewers",
        "shares": "not_supported",
        "total_interactions": "not_yet",
    }
    assert shown["derived"]["engagement"] == 8
    assert shown["derived"]["engagementRateByReach"] == 8 / 50
    assert shown["derived"]["saveRateByReach"] is None


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_shown(reason: Reason) -> None:
    one = post("2026-04-28T20:00:00Z", missing={"reach": reason, "reposts": reason})
    [shown] = computed(StoredRange(posts=[one]), APRIL)["posts"]

    assert shown["missing"]["reach"] == shown["missing"]["reposts"] == reason
    assert shown["metrics"]["reach"] is None
    assert "reposts" not in shown["metrics"]


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        ("throttled", "throttled"),
        ("insights_not_granted", "not_granted"),
        ("collection_failing", "not_yet"),
        (None, "not_yet"),
    ],
)
def test_reason_follows_from_the_unit(problem: str | None, reason: str) -> None:
    state = AccountState(
        account_id=ACCOUNT, revision="1", units={"posts": UnitStatus(problem=problem)}
    )
    [shown] = computed(StoredRange(posts=[E]), APRIL, state=state)["posts"]

    assert set(shown["missing"].values()) == {reason}
    assert len(shown["missing"]) == 7


def test_nothing_known_is_null_not_zero() -> None:
    totals = computed(StoredRange(posts=[E]), APRIL)["totals"]

    assert totals.pop("posts") == 1
    assert totals.pop("missing")["postReach"] == "numbers_missing"
    assert set(totals.values()) == {None}


def test_no_posts_are_zero() -> None:
    found = computed(StoredRange(), APRIL)

    of_posts = {name: value for name, value in found["totals"].items()
                if name not in found["totals"]["missing"] and name != "missing"}  # fmt: skip
    assert len(of_posts) == 19
    assert set(of_posts.values()) == {0}
    assert found["posts"] == found["monthly"] == found["hourBreakdown"] == []
    assert found["accountInsights"] == {"reach": [], "follower_count": []}


def test_posts_that_were_never_read_are_unknown() -> None:
    found = computed(StoredRange(), APRIL, state=None)

    sums = ("postReach", "likes", "avgReachPerPost", "engagementRateByReach")
    assert [found["totals"][name] for name in sums] == [None] * 4
    assert found["totals"]["missing"]["likes"] == "numbers_missing"
    assert found["fetchedAt"] is None


def test_zero_reach_gives_zero_rates() -> None:
    found = computed(StoredRange(posts=[D]), APRIL)

    assert set(found["posts"][0]["derived"].values()) == {5, 0}
    assert found["totals"]["engagementRateByReach"] == 0
    assert found["totals"]["avgReachPerPost"] == 0
    assert found["totals"]["engagement"] == 5


def test_rates_leave_out_posts_without_reach() -> None:
    unread = post("2026-04-20T20:00:00Z", numbers={"likes": 1000})
    totals = computed(StoredRange(posts=[A, unread]), APRIL)["totals"]

    assert totals["likes"] == 1010
    assert totals["likeRateByReach"] == 10 / 200
    assert totals["avgReachPerPost"] == 200


def test_months_end_at_local_midnight() -> None:
    rows, span = StoredRange(posts=[B, A]), dates("2026-03-01", "2026-04-29")
    months = keyed(computed(rows, span)["monthly"], "month")
    berlin = computed(rows, dates("2026-03-01", "2026-04-29", BERLIN))["monthly"]

    assert [(name, one["reach"]) for name, one in months.items()] == [
        ("2026-03", 100),
        ("2026-04", 200),
    ]
    assert [(one["month"], one["reach"]) for one in berlin] == [("2026-04", 300)]


# The clocks go forward on 2026-03-08 in Los Angeles and on 2026-03-29 in Berlin, back on
# 2026-11-01 and 2026-10-25: the hour between 01:00 and 02:00 (02:00 and 03:00) comes twice then.
CHANGES = [
    (LOS_ANGELES, "2026-03-08T09:59:59Z", "01:00", "Sun"),
    (LOS_ANGELES, "2026-03-08T10:00:00Z", "03:00", "Sun"),
    (LOS_ANGELES, "2026-11-01T08:30:00Z", "01:00", "Sun"),
    (LOS_ANGELES, "2026-11-01T09:30:00Z", "01:00", "Sun"),
    (LOS_ANGELES, "2026-11-02T07:59:59Z", "23:00", "Sun"),
    (LOS_ANGELES, "2026-11-02T08:00:00Z", "00:00", "Mon"),
    (BERLIN, "2026-03-29T00:59:59Z", "01:00", "Sun"),
    (BERLIN, "2026-03-29T01:00:00Z", "03:00", "Sun"),
    (BERLIN, "2026-10-25T00:30:00Z", "02:00", "Sun"),
    (BERLIN, "2026-10-25T01:30:00Z", "02:00", "Sun"),
    (BERLIN, "2026-10-24T21:59:59Z", "23:00", "Sat"),
    (BERLIN, "2026-10-24T22:00:00Z", "00:00", "Sun"),
]


@pytest.mark.parametrize(("zone", "at", "hour", "weekday"), CHANGES)
def test_hours_on_clock_changes(zone: ZoneInfo, at: str, hour: str, weekday: str) -> None:
    found = computed(StoredRange(posts=[post(at)]), dates("2026-01-01", "2026-12-01", zone))

    assert [one["key"] for one in found["hourBreakdown"]] == [hour]
    assert [one["key"] for one in found["weekdayBreakdown"]] == [weekday]


@pytest.mark.parametrize(
    ("zone", "day", "hours", "starts"),
    [
        (LOS_ANGELES, "2026-03-08", 23, "2026-03-08T08:00:00+00:00"),
        (LOS_ANGELES, "2026-11-01", 25, "2026-11-01T07:00:00+00:00"),
        (BERLIN, "2026-03-29", 23, "2026-03-28T23:00:00+00:00"),
        (BERLIN, "2026-10-25", 25, "2026-10-24T22:00:00+00:00"),
    ],
)
def test_days_of_23_and_25_hours(zone: ZoneInfo, day: str, hours: int, starts: str) -> None:
    span = dates(day, day, zone)

    assert span.starts_at.isoformat() == starts
    assert span.ends_at - span.starts_at == timedelta(hours=hours)


def test_weekdays_from_sunday() -> None:
    posts = [post(f"2026-04-{day:02}T19:00:00Z") for day in range(1, 29)]
    found = computed(StoredRange(posts=posts), APRIL)["weekdayBreakdown"]

    assert [one["key"] for one in found] == ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    assert [one["posts"] for one in found] == [4] * 7


def test_rankings_want_reach() -> None:
    few = post("2026-04-20T20:00:00Z", "few", numbers=numbers(9, 0, 0, 0, 10, 10))
    rows = StoredRange(posts=[A, few, C, E])
    top, all_of_them = (computed(rows, APRIL, min_reach=one)["topPosts"] for one in (100, 0))

    assert [one["id"] for one in top["byEngagementRate"]] == ["a"]
    assert [one["id"] for one in all_of_them["byEngagementRate"]] == ["few", "c", "a"]
    assert [one["id"] for one in top["byReach"]] == ["a", "c", "few"]
    assert [one["id"] for one in top["bySaved"]] == ["a", "few"]


def test_equal_posts_rank_newest_first() -> None:
    posts = [
        post(f"2026-04-{day:02}T19:00:00Z", str(day), numbers=numbers(1, 1, 1, 1, 500, 500))
        for day in range(1, 9)
    ]
    found = computed(StoredRange(posts=posts), APRIL)

    for ranking in found["topPosts"].values():
        assert [one["id"] for one in ranking] == ["8", "7", "6", "5", "4"]
    assert [one["id"] for one in found["posts"]] == [str(day) for day in range(8, 0, -1)]


def test_expired_thumbnails_are_left_out() -> None:
    ends = {"gone": NOW - timedelta(seconds=1), "fresh": NOW + timedelta(hours=1)}
    posts = [
        post(
            "2026-04-20T20:00:00Z",
            name,
            thumbnail=f"https://cdn.example/a.jpg?x=1&oe={int(end.timestamp()):X}&y=2",
        )
        for name, end in ends.items()
    ]
    rows = StoredRange(posts=posts)
    shown = {one["id"]: one["thumbnail"] for one in computed(rows, APRIL)["posts"]}

    assert shown["gone"] is None
    assert shown["fresh"].endswith("&y=2")
    head = rows.report(ACCOUNT, None, APRIL, NOW).to_json(Options(), lambda _: None)
    assert pictures_end(head) == ends["fresh"]


def test_gone_posts_keep_counting() -> None:
    gone = post("2026-04-20T20:00:00Z", "gone", gone_at=NOW, numbers=numbers(1, 2, 3, 4, 5, 6))
    found = computed(StoredRange(posts=[gone]), APRIL)

    assert found["totals"]["likes"] == 1
    assert found["posts"][0]["goneAt"] == "2026-04-29T18:00:00Z"


def test_posts_are_limited() -> None:
    found = computed(CATALOGUE, APRIL, max_posts=3)

    assert [one["id"] for one in found["posts"]] == ["e", "d", "c"]
    assert found["postsCursor"] == "after c"
    assert found["totals"]["posts"] == 4


def test_fetched_at_is_the_oldest() -> None:
    older = datetime(2026, 4, 2, 3, 4, 5, tzinfo=UTC)
    rows = StoredRange(posts=[A, post("2026-04-20T20:00:00Z", collected_at=older)])

    assert computed(rows, APRIL)["fetchedAt"] == 1775099045000
    assert date(2026, 4, 2) in APRIL
