"""The bodies of requests about posts. Required fields are UNSET where they could not be read."""

from __future__ import annotations

import enum

import msgspec
from msgspec import UnsetType

from lambdas.publishing.fit import Fit
from lambdas.publishing.planning_request import RepeatRequest
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.states import Late, Trial


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the bodies."""


class PhotoSourceRequest(Body, frozen=True, kw_only=True):
    """A guest's photo that is shown and may be posted."""

    event: str | UnsetType
    id: str | UnsetType


class SourceRequest(Body, frozen=True, kw_only=True):
    """Where a file comes from: exactly one of an upload, a guest's photo, an https address."""

    upload: str | None = None
    photo: PhotoSourceRequest | None = None
    url: str | None = None


class UserTagRequest(Body, frozen=True, kw_only=True):
    """A person in a picture; `x` and `y` are 0 to 1 from the upper left corner."""

    username: str | UnsetType
    x: float | None = None
    y: float | None = None


class ProductTagRequest(Body, frozen=True, kw_only=True):
    """A product of the account's catalogue in a picture (Facebook login)."""

    product_id: str | UnsetType
    x: float | None = None
    y: float | None = None


class MediaRequest(Body, frozen=True, kw_only=True):
    """One picture or video; `fit` is how a picture gets a ratio that Instagram takes."""

    source: SourceRequest | UnsetType
    alt_text: str | None = None
    user_tags: tuple[UserTagRequest, ...] = ()
    product_tags: tuple[ProductTagRequest, ...] = ()
    fit: Fit = Fit.PAD


class Slot(enum.StrEnum):
    """Which slot of the account's plan."""

    NEXT = "next"
    """The next one that no other post has."""


class PublishAtRequest(Body, frozen=True, kw_only=True):
    """A wall-clock time, `2026-12-24T18:00`, in an IANA zone; or, of a new post, a slot."""

    wall: str | UnsetType = msgspec.UNSET
    zone: str | UnsetType = msgspec.UNSET
    slot: Slot | None = None


class PostRequest(Body, frozen=True, kw_only=True):
    """A post to create. Without `publish_at` it is published at once.

    The account's plan gives a meaning to `caption_template`, `event` (the one that the template
    names), `standing_hashtags` and `repeat`.
    """

    account: str | UnsetType
    client_request_id: str | UnsetType
    kind: Kind | UnsetType
    media: tuple[MediaRequest, ...] | UnsetType
    caption: str | None = None
    location_id: str | None = None
    collaborators: tuple[str, ...] = ()
    share_to_feed: bool | None = None
    cover: SourceRequest | None = None
    thumb_offset_ms: int | None = None
    trial: Trial | None = None
    ai_generated: bool = False
    first_comment: str | None = None
    publish_at: PublishAtRequest | None = None
    late: Late = Late.PUBLISH
    draft: bool = False
    caption_template: str | None = None
    event: str | None = None
    standing_hashtags: bool = True
    repeat: RepeatRequest | None = None


class PostChangeRequest(Body, frozen=True, kw_only=True):
    """What is to change of a draft or scheduled post; what is not named stays.

    `draft: false` schedules a draft, `draft: true` takes a scheduled post back.
    """

    kind: Kind | UnsetType = msgspec.UNSET
    media: tuple[MediaRequest, ...] | UnsetType = msgspec.UNSET
    caption: str | UnsetType | None = msgspec.UNSET
    location_id: str | UnsetType | None = msgspec.UNSET
    collaborators: tuple[str, ...] | UnsetType = msgspec.UNSET
    share_to_feed: bool | UnsetType | None = msgspec.UNSET
    cover: SourceRequest | UnsetType | None = msgspec.UNSET
    thumb_offset_ms: int | UnsetType | None = msgspec.UNSET
    trial: Trial | UnsetType | None = msgspec.UNSET
    ai_generated: bool | UnsetType = msgspec.UNSET
    first_comment: str | UnsetType | None = msgspec.UNSET
    publish_at: PublishAtRequest | UnsetType | None = msgspec.UNSET
    late: Late | UnsetType = msgspec.UNSET
    draft: bool | UnsetType = msgspec.UNSET


class PostRetryRequest(Body, frozen=True, kw_only=True):
    """For a post whose outcome is not known: that a person has looked, and it is not there."""

    confirmed: str | None = None


class MediaUploadRequest(Body, frozen=True, kw_only=True):
    """An operator's own file: `size` in bytes, `sha256` in hexadecimal."""

    name: str | UnsetType
    size: int | UnsetType
    type: str | UnsetType
    sha256: str | UnsetType
