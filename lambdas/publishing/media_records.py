"""What is stored of a post's media: their sources, tags, prepared files and containers."""

from __future__ import annotations

from datetime import datetime

from lambdas.publishing.fit import Fit
from lambdas.storage.packing import Packed


class PhotoRef(Packed, frozen=True, kw_only=True):
    """A guest's photo."""

    event: str
    id: str


class Source(Packed, frozen=True, kw_only=True):
    """Where a file comes from: exactly one of the three."""

    upload: str | None = None
    photo: PhotoRef | None = None
    url: str | None = None


class UserTag(Packed, frozen=True, kw_only=True):
    """A person in a picture; `x` and `y` are 0 to 1 from the upper left corner."""

    username: str
    x: float | None = None
    y: float | None = None


class ProductTag(Packed, frozen=True, kw_only=True):
    """A product of the account's catalogue in a picture (Facebook login)."""

    product_id: str
    x: float | None = None
    y: float | None = None


class Prepared(Packed, frozen=True, kw_only=True):
    """A file that Instagram takes, as it is in the bucket. `key` is secret: it is in the address.

    `changes` says in words what was changed in it. `duration_ms` is None for images.
    """

    key: str
    content_type: str
    size: int
    width: int
    height: int
    sha256: str
    prepared_at: datetime
    duration_ms: int | None = None
    changes: tuple[str, ...] = ()

    @property
    def is_video(self) -> bool:
        """Return whether it is a video."""
        return self.content_type.startswith("video/")


class Container(Packed, frozen=True, kw_only=True):
    """A container on Instagram. `state` is its last known one; `checked_at` when it was asked for.

    `number` counts the containers that were made for the same purpose, from 1. An empty `id` says
    that the last one is of no use, and another one is to be made.
    """

    id: str
    created_at: datetime
    number: int = 1
    state: str = "IN_PROGRESS"
    subcode: int | None = None
    checked_at: datetime | None = None
    uploaded: bool = True
    """Whether Instagram has the bytes, or fetches them; False until we have sent them."""


class MediaItem(Packed, frozen=True, kw_only=True):
    """One picture or video of a post."""

    source: Source
    alt_text: str | None = None
    user_tags: tuple[UserTag, ...] = ()
    product_tags: tuple[ProductTag, ...] = ()
    fit: Fit = Fit.PAD
    prepared: Prepared | None = None
    container: Container | None = None
