"""Accounts with many posts, made on demand.

Equal plans give equal accounts. What a post is depends on its number (0 is the oldest), so that a
test knows what to expect:

| posts | are |
|---|---|
| in every ten: 4, 3, 3 | `IMAGE`/`FEED`, `VIDEO`/`REELS`, `CAROUSEL_ALBUM`/`FEED` |
| every tenth; every fifth | without a caption; without hashtags |
| the oldest 2 % | posted before the account became a professional one |
| every 20th | by an owner who hides the likes |
| every 25th | without data: their insights are `data: []` |
| every 30th | with licensed material: no `media_url` |
| every fourth story | with too few viewers for insights |
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from local.graph.captions import caption
from local.graph.data import STORY_LIFETIME, EmulatedMedia
from local.graph.media_list import MediaList
from local.graph.records import EmulatedAccount, LiveNumbers

MAX_POSTS = 20_000
MAX_STORIES = 100
# In every ten posts, by the last digit of their number.
KINDS = (
    ("IMAGE", "FEED"), ("VIDEO", "REELS"), ("CAROUSEL_ALBUM", "FEED"), ("IMAGE", "FEED"),
    ("VIDEO", "REELS"), ("CAROUSEL_ALBUM", "FEED"), ("IMAGE", "FEED"), ("VIDEO", "REELS"),
    ("CAROUSEL_ALBUM", "FEED"), ("IMAGE", "FEED"),
)  # fmt: skip
BEFORE_BUSINESS_PERCENT = 2
HIDES_LIKES, WITHOUT_DATA, COPYRIGHTED, FEW_VIEWERS = (20, 7), (25, 11), (30, 13), (4, 1)
MAX_CHILDREN = 9
FIRST_STORY = 90_000


@dataclass(frozen=True)
class AccountPlan:
    """What to generate: `posts` from `since` until `until`, and stories of the 24 hours before it.

    `until` may lie ahead of the emulated time: posts appear once their time has come.
    """

    id: str
    since: datetime
    until: datetime
    posts: int = 300
    stories: int = 0
    seed: int = 1
    username: str = ""
    followers: int = 1250
    """The followers at `since`."""

    def __post_init__(self) -> None:
        """Raise ValueError for a plan that cannot be generated."""
        if not self.id.isdecimal():
            raise ValueError("id must be decimal")
        if not 0 <= self.posts <= MAX_POSTS:
            raise ValueError(f"posts must be between 0 and {MAX_POSTS}")
        if not 0 <= self.stories <= MAX_STORIES:
            raise ValueError(f"stories must be between 0 and {MAX_STORIES}")
        if self.since >= self.until:
            raise ValueError("until must be after since")
        if self.followers < 0:
            raise ValueError("followers must not be negative")

    @property
    def seeded(self) -> random.Random:
        """Return the source of all that is random in the account."""
        return random.Random(f"{self.id}:{self.seed}")


def generated_account(plan: AccountPlan) -> EmulatedAccount:
    """Return the account of a plan; its numbers depend on the emulated time."""
    return EmulatedAccount(
        id=plan.id,
        scoped_id=f"25{plan.id[2:]}",
        username=plan.username or f"user_{plan.id[-4:]}",
        followers=plan.followers,
        media=MediaList(reversed(list(_posts(plan)))),
        stories=MediaList(_stories(plan)),
        live=LiveNumbers(plan.since),
    )


def _posts(plan: AccountPlan) -> Iterator[EmulatedMedia]:
    rng, step = plan.seeded, (plan.until - plan.since) / max(1, plan.posts)
    before_business = plan.posts * BEFORE_BUSINESS_PERCENT // 100
    for number in range(plan.posts):
        media_type, product_type = KINDS[number % len(KINDS)]
        taken_at = (plan.since + step * (number + rng.random())).replace(microsecond=0)
        yield EmulatedMedia(
            id=_media_id(plan, number),
            media_type=media_type,
            product_type=product_type,
            taken_at=max(taken_at, plan.since),
            caption=caption(number, rng),
            children=_children(plan, number, taken_at, rng)
            if media_type == "CAROUSEL_ALBUM"
            else (),
            copyrighted=_is_one(number, COPYRIGHTED),
            viewers=0 if _is_one(number, WITHOUT_DATA) else 500,
            before_business=number < before_business,
            hides_likes=_is_one(number, HIDES_LIKES),
        )


def _children(
    plan: AccountPlan, number: int, taken_at: datetime, rng: random.Random
) -> tuple[EmulatedMedia, ...]:
    return tuple(
        EmulatedMedia(
            _media_id(plan, number, part),
            "VIDEO" if part % 3 == 0 else "IMAGE",
            "FEED",
            taken_at,
            size=(1080, 1080),
        )
        for part in range(1, rng.randint(2, MAX_CHILDREN) + 1)
    )


def _stories(plan: AccountPlan) -> Iterator[EmulatedMedia]:
    """Yield stories, newest first, the youngest at the end of the period."""
    for number in range(plan.stories):
        yield EmulatedMedia(
            id=_media_id(plan, FIRST_STORY + number),
            media_type="VIDEO" if number % 3 == 2 else "IMAGE",
            product_type="STORY",
            taken_at=(plan.until - STORY_LIFETIME * number / plan.stories).replace(microsecond=0),
            size=(1080, 1920),
            viewers=3 if _is_one(number, FEW_VIEWERS) else 500,
        )


def _is_one(number: int, every: tuple[int, int]) -> bool:
    return number % every[0] == every[1]


def _media_id(plan: AccountPlan, number: int, part: int = 0) -> str:
    """Return an id that no other account has, and no media of the sample."""
    return f"18{plan.id[-8:]:0>8}{number * 10 + part:07d}"
