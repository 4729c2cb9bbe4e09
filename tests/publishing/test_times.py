"""Times of posts: what people said, and the instant that follows."""

from __future__ import annotations

from datetime import timedelta

from tests.publishing.site import Site, at, url

CASES: list[tuple[str, str, list[str]]] = [
    # Clocks in Berlin go from 02:00 to 03:00 on 2027-03-28, and from 03:00 to 02:00 on 2026-10-25.
    ("2027-03-28T02:30", "2027-03-28T01:00:00Z", ["clock_skips_time"]),
    ("2027-03-28T03:00", "2027-03-28T01:00:00Z", []),
    ("2026-10-25T02:30", "2026-10-25T00:30:00Z", ["clock_repeats_time"]),
    ("2026-10-25T03:30", "2026-10-25T02:30:00Z", []),
]


def test_clocks_that_change(site: Site) -> None:
    for wall, instant, codes in CASES:
        post = site.made(publish_at=at(wall), client_request_id=wall, media=[{"source": url(wall)}])
        found = [one["code"] for one in post["warnings"] if one["code"].startswith("clock")]

        assert (post["due_at"], post["publish_at"]["instant"], found) == (instant, instant, codes)


PROBLEMS = [
    ("2026-04-29T19:58", "Europe/Berlin", ("publish_at", "in_the_past")),
    ("2027-05-01T18:00", "Europe/Berlin", ("publish_at", "too_far_ahead")),
    ("2026-13-01T18:00", "Europe/Berlin", ("publish_at.wall", "invalid_time")),
    ("2026-05-01", "Europe/Berlin", ("publish_at.wall", "invalid_time")),
    ("2026-05-01T18:00:00Z", "Europe/Berlin", ("publish_at.wall", "invalid_time")),
    ("0001-01-01T00:00", "Asia/Tokyo", ("publish_at.wall", "invalid_time")),
    ("9999-12-31T23:59", "America/Lima", ("publish_at.wall", "invalid_time")),
    ("2026-05-01T18:00", "Mars/Base", ("publish_at.zone", "unknown_zone")),
    ("2026-05-01T18:00", "europe/berlin", ("publish_at.zone", "unknown_zone")),
    ("2026-05-01T18:00", "../../etc/passwd", ("publish_at.zone", "unknown_zone")),
    ("2026-05-01T18:00", "", ("publish_at.zone", "unknown_zone")),
]


def test_impossible_times(site: Site) -> None:
    for wall, zone, problem in PROBLEMS:
        assert site.problems(publish_at=at(wall, zone)) == [problem], wall


def test_a_minute_ago_is_now(site: Site) -> None:
    post = site.made(publish_at=at("2026-04-29T19:59"))

    assert site.started() == [post["id"]]


def test_posts_that_are_due_soon_wait_in_the_queue(site: Site) -> None:
    site.made(publish_at=at("2026-04-29T20:04"))

    assert (site.schedules(), site.started()) == ({}, [])


def test_drafts_may_wait_beyond_their_time(site: Site) -> None:
    draft = site.made(draft=True, publish_at=at("2026-04-29T21:00"))
    site.clock.advance(timedelta(hours=2))

    changed = site.patch(draft, {"caption": "Hello"})
    assert (changed.status, changed.json["state"]) == (200, "draft")
    answer = site.patch(changed.json, {"draft": False})
    assert [one["code"] for one in answer.json["problems"]] == ["in_the_past"]
