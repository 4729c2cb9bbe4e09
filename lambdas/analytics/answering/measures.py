"""The formulas for the numbers of one post, and of many.

A number that is not known is None: it is left out of sums, and out of the denominators of rates
and averages. A denominator that is known and 0 gives 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lambdas.analytics.records import Number, Post

ENGAGING = ("likes", "comments", "saved", "shares")
SUMMED = ("reach", "likes", "comments", "saved", "shares", "views", "engagement")
RATES = {
    "engagementRateByReach": "engagement",
    "saveRateByReach": "saved",
    "shareRateByReach": "shares",
    "likeRateByReach": "likes",
    "commentRateByReach": "comments",
    "viewToReachRatio": "views",
}
"""Each rate's numerator; the denominator is the reach."""
# The order of a post's numbers: reach first, then the numerators.
NUMERATORS = SUMMED[1:]


class Measures(NamedTuple):
    """The numbers of one post that everything else is computed from."""

    reach: Number | None
    likes: Number | None
    comments: Number | None
    saved: Number | None
    shares: Number | None
    views: Number | None
    engagement: Number | None

    def rate(self, name: str) -> float | None:
        """Return a rate by its name in RATES."""
        return divided(getattr(self, RATES[name]), self.reach)


def measured(post: Post) -> Measures:
    """Return the measures of a post."""
    get = post.numbers.get
    parts = likes, comments, saved, shares = (
        get("likes"),
        get("comments"),
        get("saved"),
        get("shares"),
    )
    known = [part for part in parts if part is not None]
    engagement = sum(known) if known else None
    return Measures(get("reach"), likes, comments, saved, shares, get("views"), engagement)


def divided(numerator: Number | None, denominator: Number | None) -> float | None:
    """Return a plain quotient; None if a part is not known, 0 if the denominator is 0."""
    if numerator is None or denominator is None:
        return None
    return numerator / denominator if denominator else 0


@dataclass(frozen=True)
class Sums:
    """Sums over a group of posts.

    `known` counts the posts for which each number is known. `paired` holds, by numerator, its sum
    and the sum of the reach over the posts of which both are known, and how many these are.
    `complete` says whether no posts means that there are none: else nothing is known.
    """

    posts: int
    complete: bool
    totals: dict[str, Number]
    known: dict[str, int]
    paired: dict[str, tuple[Number, Number, int]]

    @classmethod
    def of(cls, group: Sequence[Measures], *, complete: bool = True) -> Sums:
        """Return the sums over a group; column by column, which is fast."""
        columns = list(zip(*group, strict=True)) or [()] * len(SUMMED)
        reach = columns[0]
        known = [[one for one in column if one is not None] for column in columns]
        paired = {}
        for name, column in zip(NUMERATORS, columns[1:], strict=True):
            pairs = [
                (value, base)
                for value, base in zip(column, reach, strict=True)
                if value is not None and base is not None
            ]
            values, bases = zip(*pairs, strict=True) if pairs else ((), ())
            paired[name] = (sum(values), sum(bases), len(pairs))
        return cls(
            posts=len(group),
            complete=complete,
            totals={name: sum(part) for name, part in zip(SUMMED, known, strict=True)},
            known={name: len(part) for name, part in zip(SUMMED, known, strict=True)},
            paired=paired,
        )

    def total(self, name: str) -> Number | None:
        """Return a sum; 0 for no posts, None if there are posts and it is known for none."""
        if not self.posts:
            return 0 if self.complete else None
        return self.totals[name] if self.known[name] else None

    def average(self, name: str) -> float | None:
        """Return a number per post for which it is known."""
        if not self.posts:
            return 0 if self.complete else None
        return self.totals[name] / self.known[name] if self.known[name] else None

    def rate(self, name: str) -> float | None:
        """Return a rate by its name in RATES, over the posts that have both of its parts."""
        if not self.posts:
            return 0 if self.complete else None
        numerator, reach, count = self.paired[RATES[name]]
        return divided(numerator, reach) if count else None


def median(values: Iterable[Number | None]) -> float | None:
    """Return the median of the known values, or None if there is none."""
    known = sorted(value for value in values if value is not None)
    middle = len(known) // 2
    if not known:
        return None
    return known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2
