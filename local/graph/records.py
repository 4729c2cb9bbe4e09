"""What the emulator stores beside media and tokens: apps, accounts, Pages, containers, comments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from local.graph.data import EmulatedMedia
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


@dataclass
class EmulatedAccount:
    """An Instagram account; `page_id` is its linked Page, if it has one."""

    id: str
    scoped_id: str
    username: str
    account_type: str = "BUSINESS"
    page_id: str | None = None
    followers: int = 1250
    media: list[EmulatedMedia] = field(default_factory=list)
    stories: list[EmulatedMedia] = field(default_factory=list)
    comments: dict[str, EmulatedComment] = field(default_factory=dict)
    subscribed: set[str] = field(default_factory=set)
    comments_closed: set[str] = field(default_factory=set)
    published_at: list[datetime] = field(default_factory=list)
    hashtags: dict[str, datetime] = field(default_factory=dict)
    tagged_in: list[str] = field(default_factory=list)
    has_role: bool = True
    """Whether the account has a role on the app; required by apps with Standard Access."""


class EmulatedPage(TypedDict):
    """A Facebook Page; `business` is the edge of the business that holds it."""

    name: str
    account: str | None
    business: str | None


class ContainerStatus(StrEnum):
    """The states of a media container."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"


@dataclass
class EmulatedContainer:
    """A media container; `seconds` is its processing time in emulated time."""

    id: str
    account_id: str
    kind: str
    made_at: datetime
    caption: str | None
    children: tuple[str, ...]
    seconds: int
    is_item: bool = False
    is_video: bool = False
    failure: int | None = None
    """The error subcode to report instead of finishing."""
    published: str | None = None
    """The id of the published media."""
    awaits_upload: bool = False
    received: bytes = b""


class Drop(StrEnum):
    """When the connection is dropped, relative to the effect of the call."""

    BEFORE = "before"
    AFTER = "after"


@dataclass
class Fault:
    """A fault for the next `count` calls that match."""

    count: int
    status: int = 500
    code: int | None = None
    subcode: int | None = None
    drop: Drop | None = None
    path: str = ""
    account: str | None = None
    method: str | None = None
    body: str | None = None
    transient: bool | None = None
    above_limit: int | None = None
    """Match only calls that request more entries per page than this."""
