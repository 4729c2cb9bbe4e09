"""Lists beside the report: posts, one post, stories, followers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lambdas.analytics.records import Reason, Snapshot, Story, Unit, UnitStatus
from lambdas.kit.clock import from_rfc3339
from tests.analytics.rows import COLLECTED, NOW, day, numbers, post
from tests.analytics.site import Site

OTHER = "17841400000000009"
APRIL = {"since": "2026-04-01", "until": "2026-04-28"}
REACHES = [500, 20, None, 300, 500, None, 0]


def several(site: Site) -> list[str]:
    """Write posts of several reaches, oldest first; return their ids."""
    posts = [
        post(
            f"2026-04-{2 + index:02}T19:00:00Z",
            f"p{index}",
            numbers={} if reach is None else numbers(index, 0, 0, 0, reach, reach),
            product_type="REELS" if index % 2 else "FEED",
        )
        for index, reach in enumerate(REACHES)
    ]
    site.write(*posts)
    return [one.id for one in posts]


def walk(site: Site, path: str, name: str, **query: str) -> list[str]:
    """Return the ids of all pages; only the first request has the parameters."""
    found, answer = [], site.get(path, **query)
    while True:
        assert answer.status == 200, answer.text
        found += [one["id"] for one in answer.json[name]]
        if answer.json["next"] is None:
            return found
        answer = site.get(path, cursor=answer.json["next"], limit=query.get("limit", "50"))


@pytest.mark.parametrize("limit", ["1", "2", "3", "200"])
def test_pages_add_up(site: Site, limit: str) -> None:
    ids = several(site)

    assert walk(site, "/posts", "posts", limit=limit, **APRIL) == ids[::-1]
    # Highest first, equal ones newest first, unknown ones last.
    by_reach = walk(site, "/posts", "posts", limit=limit, sort="reach", **APRIL)
    assert by_reach == ["p4", "p0", "p3", "p1", "p6", "p5", "p2"]
    by_rate = walk(site, "/posts", "posts", limit=limit, sort="engagementRateByReach", **APRIL)
    assert by_rate == ["p3", "p4", "p0", "p6", "p5", "p2", "p1"]


def test_products_are_chosen(site: Site) -> None:
    several(site)

    assert walk(site, "/posts", "posts", product="REELS", **APRIL) == ["p5", "p3", "p1"]
    assert len(walk(site, "/posts", "posts", product="IMAGE", **APRIL)) == 4
    assert walk(site, "/posts", "posts", product="AD", **APRIL) == []


def test_report_continues_in_the_list(site: Site) -> None:
    posts = [
        post(f"2026-04-01T10:{index // 60:02}:{index % 60:02}Z", f"p{index:04}")
        for index in range(620)
    ]
    site.write(*posts)
    found = site.report(**APRIL)
    more = walk(site, "/posts", "posts", cursor=found["postsCursor"], limit="100")

    assert len(found["posts"]) == 500
    assert [one["id"] for one in found["posts"]] + more == [one.id for one in posts][::-1]
    assert "posts_limited" in [one["code"] for one in found["coverage"]["reasons"]]


BAD = {
    "invalid_limit": [{"limit": "0"}, {"limit": "201"}, {"limit": "1e9"}, {"limit": "-1"}],
    "invalid_sort": [{"sort": "caption"}, {"sort": ""}],
    "invalid_product": [{"product": "STORY"}, {"product": "reels"}],
    "invalid_cursor": [{"cursor": ""}, {"cursor": "x"}, {"cursor": "a" * 600}],
    "invalid_since": [{"since": "2026-02-31"}],
}  # fmt: skip


@pytest.mark.parametrize(("code", "query"), [(a, b) for a, queries in BAD.items() for b in queries])
def test_bad_parameters_have_codes(site: Site, code: str, query: dict[str, str]) -> None:
    answer = site.get("/posts", **query)

    assert answer.status == 400
    assert answer.json["error"]["code"] == code


def test_cursors_are_bound(site: Site) -> None:
    several(site)
    site.connect(OTHER)
    cursor = site.get("/posts", limit="2", account=site_account(site), **APRIL).json["next"]

    for change in ({"account": OTHER}, {"since": "2026-04-02"}, {"sort": "reach"},
                   {"product": "REELS"}, {"minReach": "5"}):  # fmt: skip
        answer = site.get("/posts", cursor=cursor, **{"account": site_account(site), **change})
        assert answer.status == 400, change
        assert answer.json["error"]["code"] == "invalid_cursor"
    same = site.get("/posts", cursor=cursor, account=site_account(site), **APRIL)
    assert same.status == 200
    assert site.get("/stories", cursor=cursor, account=site_account(site)).status == 400


def site_account(site: Site) -> str:
    return str(site.report()["account"]["id"])


def test_a_post_has_its_history(site: Site) -> None:
    one = post("2026-04-02T19:00:00Z", "p1", numbers=numbers(5, 0, 0, 0, 10, 10))
    site.write(one)
    earlier = COLLECTED - timedelta(days=9)
    site.snapshots(
        "p1",
        {
            "2026-04-02": Snapshot(collected_at=earlier, numbers={"likes": 2}),
            "2026-04-03": Snapshot(collected_at=COLLECTED, numbers={"likes": 5, "reach": 10}),
        },
    )
    found = site.get("/posts/p1").json

    assert found["post"]["metrics"]["likes"] == 5
    assert found["history"] == [
        {"date": "2026-04-02", "numbers": {"likes": 2}, "collectedAt": "2026-04-20T17:00:00Z"},
        {
            "date": "2026-04-03",
            "numbers": {"likes": 5, "reach": 10},
            "collectedAt": "2026-04-29T17:00:00Z",
        },
    ]
    assert found["fetchedAt"] == int(earlier.timestamp()) * 1000


def test_unknown_posts_are_not_found(site: Site) -> None:
    site.write(story("2026-04-02T19:00:00Z", "s1"))

    for path in ("/posts/p9", "/posts/s1"):
        answer = site.get(path)
        assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_post")


def story(at: str, name: str, **changes: Any) -> Story:
    return Story(id=name, taken_at=from_rfc3339(at), seen_at=NOW, **changes)


def test_stories_by_page(site: Site) -> None:
    known = {"views": 9, "reach": 8, "replies": 0, "shares": 1, "total_interactions": 1}
    site.write(
        story("2026-04-02T19:00:00Z", "s1", numbers=known, navigation={"tap_exit": 2}),
        story("2026-04-03T19:00:00Z", "s2", missing={"views": Reason.TOO_FEW_VIEWERS}),
    )
    newest, oldest = site.get("/stories", **APRIL).json["stories"]

    assert walk(site, "/stories", "stories", limit="1", **APRIL) == ["s2", "s1"]
    assert oldest["metrics"] == known
    assert (oldest["navigation"], oldest["missing"]) == ({"tap_exit": 2}, {})
    assert oldest["endsAt"] == "2026-04-03T19:00:00Z"
    assert newest["metrics"]["views"] is None
    assert newest["missing"]["views"] == "too_few_viewers"
    assert newest["missing"]["navigation"] == "not_yet"


def test_stories_follow_their_unit(site: Site) -> None:
    site.write(story("2026-04-02T19:00:00Z", "s1"))
    site.writer().record(Unit.STORIES, UnitStatus(problem="throttled"))
    found = site.get("/stories", **APRIL).json

    assert set(found["stories"][0]["missing"].values()) == {"throttled"}
    assert found["coverage"]["complete"] is False


def test_followers_by_date(site: Site) -> None:
    site.write(
        day("2026-04-21T07:00:00Z", follows=6, unfollows=2, followers=100, new_followers=5),
        day("2026-04-22T07:00:00Z", new_followers=3),
    )
    found = site.get("/followers", since="2026-04-20", until="2026-05-05").json

    assert found["days"][:3] == [
        {"date": "2026-04-20", "total": 100, "new": 6, "lost": 2, "net": 4},
        {"date": "2026-04-21", "total": None, "new": 3, "lost": None, "net": None},
        {"date": "2026-04-22", "total": None, "new": None, "lost": None, "net": None},
    ]
    assert found["days"][-1]["date"] == "2026-04-29"
    codes = [one["code"] for one in found["coverage"]["reasons"]]
    assert codes == ["future", "days_missing", "follows_missing", "new_followers_missing"]
