"""The report against a naive computation, for any posts."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.records import Post
from lambdas.kit.clock import from_rfc3339
from tests.analytics.rows import COLLECTED, computed, dates
from tests.json_types import JsonObject

START = from_rfc3339("2025-10-01T00:00:00Z")
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu")]
METRICS = ("likes", "comments", "saved", "shares", "reach", "views")
PARTS = METRICS[:4]


def post_of(values: tuple[int, str, dict[str, int]]) -> Post:
    minutes, kind, numbers = values
    return Post(
        id=f"{minutes:07}",
        taken_at=START + timedelta(minutes=minutes),
        seen_at=COLLECTED,
        media_type=kind,
        numbers=dict(numbers),
    )


POSTS = st.lists(
    st.tuples(
        st.integers(0, 60 * 24 * 200),
        st.sampled_from(["IMAGE", "VIDEO"]),
        st.dictionaries(st.sampled_from(METRICS), st.integers(0, 1000)),
    ),
    max_size=30,
    unique_by=lambda values: values[0],
).map(lambda many: sorted(map(post_of, many), key=lambda one: one.taken_at))


def engagement(post: Post) -> int | None:
    known = [int(post.numbers[name]) for name in PARTS if name in post.numbers]
    return sum(known) if known else None


def number(post: Post, name: str) -> int | None:
    if name == "engagement":
        return engagement(post)
    return int(post.numbers[name]) if name in post.numbers else None


def naive(posts: list[Post]) -> JsonObject:
    """Return sums, averages and rates as their definitions say, one by one."""
    found: JsonObject = {"posts": len(posts)}
    for name in (*METRICS, "engagement"):
        known = [value for post in posts if (value := number(post, name)) is not None]
        found[name] = sum(known) if known or not posts else None
    for shown, name in (("avgReachPerPost", "reach"), ("avgEngagementPerPost", "engagement")):
        known = [value for post in posts if (value := number(post, name)) is not None]
        found[shown] = Fraction(sum(known), len(known)) if known else None if posts else 0
    both = [
        (value, int(post.numbers["reach"]))
        for post in posts
        if "reach" in post.numbers and (value := engagement(post)) is not None
    ]
    reach = sum(base for _, base in both)
    rate: Any = Fraction(sum(value for value, _ in both), reach) if reach else 0
    found["engagementRateByReach"] = rate if both or not posts else None
    return found


def assert_same(found: JsonObject, expected: JsonObject) -> None:
    for name, value in expected.items():
        exact = value is None or isinstance(value, int)
        assert found[name] == (value if exact else pytest.approx(float(value))), name


@given(posts=POSTS, zone=st.sampled_from(ZONES))
def test_groups_match_a_naive_computation(posts: list[Post], zone: ZoneInfo) -> None:
    found = computed(StoredRange(posts=posts), dates("2025-09-01", "2026-06-01", zone))

    assert_same(found["totals"] | {"reach": found["totals"]["postReach"]}, naive(posts))
    for groups, form in (
        (found["weekdayBreakdown"], "%a"),
        (found["hourBreakdown"], "%H:00"),
        ([month | {"key": month["month"]} for month in found["monthly"]], "%Y-%m"),
    ):
        assert sum(group["posts"] for group in groups) == len(posts)
        for group in groups:
            mine = [
                post
                for post in posts
                if post.taken_at.astimezone(zone).strftime(form) == group["key"]
            ]
            assert mine
            assert_same(group, naive(mine))


@given(posts=POSTS)
def test_rankings_are_sorted_and_known(posts: list[Post]) -> None:
    found = computed(StoredRange(posts=posts), dates("2025-09-01", "2026-06-01"))["topPosts"]

    rates = [one["derived"]["engagementRateByReach"] for one in found["byEngagementRate"]]
    reaches = [one["metrics"]["reach"] for one in found["byReach"]]
    assert all(one["metrics"]["reach"] >= 100 for one in found["byEngagementRate"])
    assert None not in rates + reaches
    assert rates == sorted(rates, reverse=True)
    known = [post.numbers["reach"] for post in posts if "reach" in post.numbers]
    assert reaches == sorted(known, reverse=True)[:5]
