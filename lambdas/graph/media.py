"""Instagram media as the Graph API returns them; fields may be missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lambdas.graph import parsing
from lambdas.graph.decoding import JsonObject


@dataclass(frozen=True)
class Media:
    """One media object. `timestamp` is aware UTC; addresses are signed and expire after some days.

    `media_type` is `IMAGE`, `VIDEO` (reels too) or `CAROUSEL_ALBUM`. `media_url` is absent for
    copyrighted material, `thumbnail_url` is present for videos only, `like_count` is absent if the
    owner hides likes. Source: reference of IG Media.
    """

    id: str
    media_type: str | None
    media_url: str | None
    thumbnail_url: str | None
    product_type: str | None = None
    caption: str | None = None
    permalink: str | None = None
    shortcode: str | None = None
    username: str | None = None
    timestamp: datetime | None = None
    like_count: int | None = None
    comments_count: int | None = None
    is_comment_enabled: bool | None = None
    alt_text: str | None = None
    children: tuple[Media, ...] = ()


# Of an album; Instagram has 20 parts at most.
MAX_CHILDREN = 100
MAX_CAPTION = 5000
MAX_ID = 100
"""Longer ids are none: keys of rows hold them."""


def media_of(raw: JsonObject, *, with_children: bool = True) -> Media:
    """Return the media object of a decoded answer. Raises KeyError if it has no id."""
    children = parsing.data(raw.get("children"))[:MAX_CHILDREN] if with_children else []
    return Media(
        id=str(raw["id"]),
        media_type=parsing.cut_name(raw, "media_type"),
        media_url=parsing.address(raw, "media_url"),
        thumbnail_url=parsing.address(raw, "thumbnail_url"),
        product_type=parsing.cut_name(raw, "media_product_type"),
        caption=parsing.cut_text(raw, "caption", MAX_CAPTION),
        permalink=parsing.web_address(raw, "permalink"),
        shortcode=parsing.cut_name(raw, "shortcode"),
        username=parsing.cut_name(raw, "username"),
        timestamp=parsing.moment(raw, "timestamp"),
        like_count=parsing.number(raw, "like_count"),
        comments_count=parsing.number(raw, "comments_count"),
        is_comment_enabled=parsing.flag(raw, "is_comment_enabled"),
        alt_text=parsing.cut_text(raw, "alt_text"),
        # Children have none of their own.
        children=tuple(
            media_of(child, with_children=False) for child in children if parsing.identifier(child)
        ),
    )
