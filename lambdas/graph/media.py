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


def media_of(raw: JsonObject, *, with_children: bool = True) -> Media:
    """Return the media object of a decoded answer. Raises KeyError if it has no id."""
    children = parsing.data(raw.get("children")) if with_children else []
    return Media(
        id=str(raw["id"]),
        media_type=parsing.text(raw, "media_type"),
        media_url=parsing.text(raw, "media_url"),
        thumbnail_url=parsing.text(raw, "thumbnail_url"),
        product_type=parsing.text(raw, "media_product_type"),
        caption=parsing.text(raw, "caption"),
        permalink=parsing.text(raw, "permalink"),
        shortcode=parsing.text(raw, "shortcode"),
        username=parsing.text(raw, "username"),
        timestamp=parsing.moment(raw, "timestamp"),
        like_count=parsing.number(raw, "like_count"),
        comments_count=parsing.number(raw, "comments_count"),
        is_comment_enabled=parsing.flag(raw, "is_comment_enabled"),
        alt_text=parsing.text(raw, "alt_text"),
        # Children have none of their own.
        children=tuple(media_of(child, with_children=False) for child in children if "id" in child),
    )
