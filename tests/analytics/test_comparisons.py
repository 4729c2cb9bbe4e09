"""Best times, hashtags, audience, and two periods beside each other."""

from __future__ import annotations

import pytest

from lambdas.analytics.answering.hashtags import hashtags_of
from lambdas.analytics.records import Audience, OnlineFollowers, Reason
from lambdas.kit.clock import from_rfc3339
from tests.analytics.rows import COLLECTED, day, numbers, post
from tests.analytics.site import Site

APRIL = {"since": "2026-04-01", "until": "2026-04-28"}


def test_three_best_hours(site: Site) -> None:
    # Wednesdays at 12:00 in Los Angeles have three posts; other hours have one.
    wednesdays = [
        post(f"2026-04-{day:02}T19:30:00Z", numbers=numbers(reach // 10, 0, 0, 0, reach, reach))
        for day, reach in ((1, 100), (8, 300), (15, 200))
    ]
    lucky = post("2026-04-03T03:00:00Z", numbers=numbers(1, 0, 0, 0, 9000, 9000))
    few = post("2026-04-04T03:00:00Z", numbers=numbers(1, 0, 0, 0, 10, 10))
    site.write(*wednesdays, lucky, few, post("2026-04-05T03:00:00Z"))
    found = site.get("/best-times", **APRIL).json

    assert found["best"] == [
        slot("Wed", "12:00", 3, 200, 0.1),
        slot("Thu", "20:00", 1, 9000, 1 / 9000),
        slot("Fri", "20:00", 1, 10, None),
    ]
    assert [one["weekday"] for one in found["slots"]] == ["Wed", "Thu", "Fri", "Sat"]
    assert site.get("/best-times", **APRIL).json["fromCache"]


def slot(weekday: str, hour: str, posts: int, reach: int | None, rate: float | None) -> object:
    return {
        "weekday": weekday,
        "hour": hour,
        "posts": posts,
        "medianReach": reach,
        "medianEngagementRate": rate,
        "onlineFollowers": None,
    }


def test_online_hours_move_to_the_accounts_zone(site: Site) -> None:
    # Two Wednesdays; 10:00 in California is 19:00 in Berlin, and 23:00 is 08:00 of the next day.
    site.write(
        *(
            OnlineFollowers(
                end_time=from_rfc3339(end), collected_at=COLLECTED, hours={10: count, 23: 7}
            )
            for end, count in (("2026-04-16T07:00:00Z", 30), ("2026-04-23T07:00:00Z", 50))
        )
    )
    site.writer().set_zone("Europe/Berlin")
    slots = {
        (one["weekday"], one["hour"]): one["onlineFollowers"]
        for one in site.get("/best-times", **APRIL).json["slots"]
    }

    assert slots == {("Wed", "19:00"): 40, ("Thu", "08:00"): 7}
    online = site.get("/audience").json["online"]
    assert online["hours"] == {"08:00": 7, "19:00": 50}
    assert online["date"] == "2026-04-22"


@pytest.mark.parametrize(
    ("caption", "hashtags"),
    [
        ("#Sun and #SUN #sun", ["sun"]),
        ("#Straße ＃café #日本 #हिन्दी", ["strasse", "café", "日本", "हिन्दी"]),
        ("#a#b, c#d &#39; # #_ ##e!", ["a", "b", "e"]),
        ("#cafe\u0301 #caf\u00e9", ["café"]),
        ("#❤️ #2026 #snake_case.", ["❤️", "2026", "snake_case"]),
        (None, []),
    ],
)
def test_hashtags_of_captions(caption: str | None, hashtags: list[str]) -> None:
    assert hashtags_of(caption) == hashtags


def test_hashtags_against_the_account(site: Site) -> None:
    site.write(
        post("2026-04-01T19:00:00Z", "1", caption="#A", numbers=numbers(10, 0, 0, 0, 100, 1)),
        post("2026-04-02T19:00:00Z", "2", caption="#a #b", numbers=numbers(60, 0, 0, 0, 300, 1)),
        post("2026-04-03T19:00:00Z", "3", caption="none", numbers=numbers(40, 0, 0, 0, 400, 1)),
        post("2026-04-04T19:00:00Z", "4", caption="#c"),
    )
    found = site.get("/hashtags", **APRIL).json

    assert found["allPosts"] == {"posts": 4, "medianReach": 300, "medianEngagementRate": 0.1}
    first, second, third = found["hashtags"]
    assert first == {
        "hashtag": "a",
        "posts": 2,
        "medianReach": 200,
        "medianEngagementRate": pytest.approx(0.15),
        "reachRatio": 200 / 300,
        "engagementRateRatio": pytest.approx(1.5),
    }
    assert (second["hashtag"], second["reachRatio"]) == ("b", 1)
    assert (third["hashtag"], third["medianReach"]) == ("c", None)


def test_audience_with_dates(site: Site) -> None:
    site.write(
        Audience(date="2026-04-27", collected_at=COLLECTED, followers={"age": {"18-24": 1}}),
        Audience(
            date="2026-04-28",
            collected_at=COLLECTED,
            followers={"age": {"25-34": 5}, "country": {"DE": 3}},
            engaged={"gender": {"F": 2}},
            missing={"follower_demographics": Reason.TOO_FEW_VIEWERS},
        ),
    )
    found = site.get("/audience").json

    assert found["followers"] == {
        "date": "2026-04-28",
        "age": {"25-34": 5},
        "gender": None,
        "country": {"DE": 3},
        "city": None,
        "collectedAt": "2026-04-29T17:00:00Z",
    }
    assert found["engaged"]["gender"] == {"F": 2}
    assert found["missing"] == {"followers": "too_few_viewers", "online": "not_yet"}


def test_audience_of_nothing(site: Site) -> None:
    found = site.get("/audience").json

    assert found["followers"]["date"] is None
    assert found["missing"] == {"followers": "not_yet", "engaged": "not_yet", "online": "not_yet"}


def test_periods_are_compared(site: Site) -> None:
    site.write(
        post("2026-04-10T19:00:00Z", "old", numbers=numbers(10, 0, 4, 0, 100, 1)),
        post("2026-04-20T19:00:00Z", "new", numbers=numbers(15, 3, 0, 0, 50, 1)),
        day("2026-04-01T07:00:00Z", reach=1),
    )
    found = site.get("/compare", since="2026-04-15", until="2026-04-24").json

    assert found["previous"] == {"since": "2026-04-05", "until": "2026-04-14"}
    totals = found["totals"]
    assert totals["likes"] == {"value": 15, "previous": 10, "change": 0.5}
    assert totals["postReach"] == {"value": 50, "previous": 100, "change": -0.5}
    assert totals["comments"] == {"value": 3, "previous": 0, "change": None}
    assert totals["accountReach"] == {"value": None, "previous": None, "change": None}
    assert "missing" not in totals
    reasons = {one["code"]: one for one in found["coverage"]["reasons"]}
    assert reasons["days_missing"]["dates"] == 20
    assert reasons["new_followers_missing"]["dates"] == 20


def test_comparison_covers_both_periods(site: Site) -> None:
    site.write(day("2026-04-15T07:00:00Z", reach=1))
    found = site.get("/compare", since="2026-04-15", until="2026-04-24").json
    reasons = {one["code"]: one for one in found["coverage"]["reasons"]}

    assert reasons["before_first_collection"]["dates"] == 9
