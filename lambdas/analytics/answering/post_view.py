"""A post as answers show it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lambdas.analytics.answering.measures import RATES, Measures, measured
from lambdas.analytics.answering.views import DerivedJson, PostNumbersJson
from lambdas.analytics.numbers import BASE
from lambdas.analytics.records import Post, Reason
from lambdas.kit.clock import to_rfc3339

# Instagram's addresses of pictures say when they end, in hexadecimal Unix seconds.
EXPIRY = re.compile(r"[?&]oe=([0-9a-fA-F]{1,8})(?:&|$)", re.ASCII)
REELS = "REELS"
UNKNOWN_KIND = "UNKNOWN"


class MeasuredPost(NamedTuple):
    """A post, its measures, and when it was taken on the account's clocks."""

    post: Post
    measures: Measures
    local: datetime


def measured_posts(posts: Iterable[Post], zone: ZoneInfo) -> list[MeasuredPost]:
    """Return posts, oldest first, with their measures, newest first."""
    return [
        MeasuredPost(post, measured(post), post.taken_at.astimezone(zone))
        for post in reversed(list(posts))
    ]


def kind_of(post: Post) -> str:
    """Return what kind of post it is: reels by their product, all others by their type."""
    return REELS if post.product_type == REELS else post.media_type or UNKNOWN_KIND


def expiry_of(address: str | None) -> datetime | None:
    """Return when the address of a picture ends, or None if it does not say so."""
    found = EXPIRY.search(address or "")
    return datetime.fromtimestamp(int(found[1], 16), UTC) if found else None


@dataclass(frozen=True)
class PostViews:
    """Shows posts at `now`; `unknown` is why numbers without a reason of their own are missing."""

    now: datetime
    unknown: Reason

    def of(self, one: MeasuredPost) -> PostNumbersJson:
        """Return the view of a post."""
        post, measures = one.post, one.measures
        ends = expiry_of(post.thumbnail)
        return PostNumbersJson(
            id=post.id,
            caption=post.caption,
            media_type=post.media_type,
            media_product_type=post.product_type,
            timestamp=to_rfc3339(post.taken_at),
            permalink=post.permalink,
            thumbnail=None if ends and ends <= self.now else post.thumbnail,
            metrics={**{name: post.numbers.get(name) for name in BASE}, **post.numbers},
            derived=derived(measures),
            missing=self.missing(post),
            collected_at=to_rfc3339(post.collected_at) if post.collected_at else None,
            like_count=post.like_count,
            comments_count=post.comments_count,
            gone_at=to_rfc3339(post.gone_at) if post.gone_at else None,
        )

    def missing(self, post: Post) -> dict[str, str]:
        """Return why numbers of a post are not known: those of every post, and others it has."""
        named = post.missing.items()
        more = {name: reason.value for name, reason in named if name not in post.numbers}
        return self.unknown_base(post) | more

    def unknown_base(self, post: Post) -> dict[str, str]:
        """Return why numbers that every post has are not known."""
        numbers, missing = post.numbers, post.missing
        return {name: missing.get(name, self.unknown).value for name in BASE if name not in numbers}


def derived(measures: Measures) -> DerivedJson:
    """Return the view of what is computed from a post's numbers."""
    rate = measures.rate
    return DerivedJson(
        engagement=measures.engagement,
        engagement_rate_by_reach=rate("engagementRateByReach"),
        save_rate_by_reach=rate("saveRateByReach"),
        share_rate_by_reach=rate("shareRateByReach"),
        like_rate_by_reach=rate("likeRateByReach"),
        comment_rate_by_reach=rate("commentRateByReach"),
        view_to_reach_ratio=rate("viewToReachRatio"),
    )


def value_of(one: MeasuredPost, name: str) -> int | float | None:
    """Return a number of a post by the name of its metric, `engagement`, or a rate in RATES."""
    if name in RATES:
        return one.measures.rate(name)
    return one.measures.engagement if name == "engagement" else one.post.numbers.get(name)


def ranked(posts: Iterable[MeasuredPost], name: str, min_reach: int) -> list[MeasuredPost]:
    """Return the posts that have a number, highest first; of equal ones, newest first.

    A rate counts only with a reach of at least `min_reach`. `posts` must be newest first.
    """
    found = [
        (value, one) for one in posts if (value := ranking_value(one, name, min_reach)) is not None
    ]
    return [one for _, one in sorted(found, key=lambda pair: pair[0], reverse=True)]


def ranking_value(one: MeasuredPost, name: str, min_reach: int) -> int | float | None:
    """Return what a post ranks by, or None if it does not rank."""
    if name in RATES and (one.measures.reach is None or one.measures.reach < min_reach):
        return None
    return value_of(one, name)
