"""What the emulator stores beside media, tokens and containers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypedDict

from local.graph.container_record import PublishingRules
from local.graph.conversations import EmulatedConversation
from local.graph.data import STORY_LIFETIME, EmulatedMedia
from local.graph.media_list import MediaList, between
from local.graph.tokens import LoginType


@dataclass
class EmulatedApp:
    """An app of one login type."""

    id: str
    secret: str
    login_type: LoginType
    redirect_uris: tuple[str, ...]
    standard_access: bool = False
    requires_proof: bool = False
    """The dashboard setting "Require app secret"."""
    subscriptions: dict[str, dict[str, object]] = field(default_factory=dict)


class CommentAuthor(TypedDict):
    """The author of a comment."""

    id: str
    username: str


class EmulatedComment(TypedDict):
    """A stored comment; `media` is the id of the media that it belongs to."""

    text: str
    timestamp: str
    username: str
    author: CommentAuthor
    hidden: bool
    media: str
    parent_id: str | None
    has_private_reply: bool
    is_live: bool
    """Written below live video: the API answers such a comment privately only."""


class Late(StrEnum):
    """What is reported of a day whose data is not complete yet."""

    GROWING = "growing"
    MISSING = "missing"


@dataclass
class LiveNumbers:
    """How an account's numbers depend on the emulated time, as `numbers.py` describes.

    Such an account shows posts once their time has come, and stories for 24 hours.
    """

    since: datetime
    """When the account had its `followers`."""
    delay: timedelta = timedelta()
    """How old data is when it becomes known."""
    late: Late = Late.GROWING
    percent: int = 100
    """A factor for the numbers of media, to make them shrink."""


@dataclass
class EmulatedAccount:
    """An Instagram account; `page_id` is its linked Page, if it has one."""

    id: str
    scoped_id: str
    username: str
    account_type: str = "BUSINESS"
    page_id: str | None = None
    followers: int = 1250
    media: MediaList = field(default_factory=MediaList)
    stories: MediaList = field(default_factory=MediaList)
    comments: dict[str, EmulatedComment] = field(default_factory=dict)
    subscribed: set[str] = field(default_factory=set)
    comments_closed: set[str] = field(default_factory=set)
    published_at: list[datetime] = field(default_factory=list)
    hashtags: dict[str, datetime] = field(default_factory=dict)
    tagged_in: list[str] = field(default_factory=list)
    has_role: bool = True
    """Whether the account has a role on the app; required by apps with Standard Access."""
    live: LiveNumbers | None = None
    """How the numbers depend on the emulated time; without it, they stand still."""
    day_numbers: dict[date, dict[str, int]] = field(default_factory=dict)
    """Overrides of the account's numbers by Pacific day and metric."""
    publishing: PublishingRules = field(default_factory=PublishingRules)
    deleted: set[str] = field(default_factory=set)
    """The ids of posts that were deleted through the API."""
    late_until: datetime | None = None
    """When all that was published can be seen."""
    conversations: dict[str, EmulatedConversation] = field(default_factory=dict)
    """By the id of the person."""

    def shown_media(self, now: datetime) -> Sequence[EmulatedMedia]:
        """Return the posts that are visible, newest first."""
        shown = between(self.media.newest(), None, now if self.live else None)
        if self.late_until is None or self.late_until <= now:
            return shown
        return [one for one in shown if one.late_until is None or one.late_until <= now]

    def shows(self, media: EmulatedMedia, now: datetime) -> bool:
        """Return whether a media object is visible: live stories end, and no post is early."""
        if media.late_until is not None and now < media.late_until:
            return False
        if self.live is None:
            return True
        is_over = media.product_type == "STORY" and media.taken_at <= now - STORY_LIFETIME
        return media.taken_at <= now and not is_over


class EmulatedPage(TypedDict):
    """A Facebook Page; `business` is the edge of the business that holds it."""

    name: str
    account: str | None
    business: str | None


class Drop(StrEnum):
    """When the connection is dropped, relative to the effect of the call."""

    BEFORE = "before"
    AFTER = "after"


class Expansion(StrEnum):
    """How the expansion of insights behaves."""

    WORKS = "works"
    """Each media object has the metrics that it supports, or no `insights`."""
    FAILS_PAGE = "fails_page"
    """One metric or media object that has no insights fails the page."""
    UNSUPPORTED = "unsupported"
    """The field is always refused."""


@dataclass
class Fault:
    """A fault for the next `count` calls that match, or for some of them."""

    count: int | None = None
    """How many calls fail; None for all until the reset."""
    status: int = 500
    code: int | None = None
    subcode: int | None = None
    drop: Drop | None = None
    path: str = ""
    """A part of the path."""
    exact_path: str | None = None
    """The whole path: `me` is a part of `media` too."""
    account: str | None = None
    method: str | None = None
    body: str | None = None
    transient: bool | None = None
    above_limit: int | None = None
    """Match only calls that request more entries per page than this."""
    every: int | None = None
    """Of the calls that match, fail every k-th: the k-th, the 2k-th and so on."""
    share: float | None = None
    """Of the calls that match, fail this share, evenly: 0.3 fails the 4th, 7th, 10th of ten."""
    seconds: float | None = None
    """The call has its effect, and is answered after so long: a worker can be killed meanwhile."""
    seen: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Raise ValueError for values without a meaning."""
        if self.every is not None and self.share is not None:
            raise ValueError("every and share exclude each other")
        if self.every is not None and self.every < 1:
            raise ValueError("every must be at least 1")
        if self.share is not None and not 0 < self.share <= 1:
            raise ValueError("share must be above 0 and at most 1")

    def is_due(self) -> bool:
        """Count a call that matches; return whether it fails."""
        self.seen += 1
        if self.every is not None:
            return self.seen % self.every == 0
        if self.share is not None:
            # Of exact decimals: 0.3 * 10 is not 3 in binary.
            share = Decimal(str(self.share))
            return int(share * self.seen) > int(share * (self.seen - 1))
        return True
