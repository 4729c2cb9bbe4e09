"""Instagram media as the Graph API gives them: typed, and tolerant of what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

CHILD_FIELDS = ("id", "media_type", "media_url", "thumbnail_url")
FIELDS = (
    "id",
    "caption",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "timestamp",
    "username",
    f"children{{{','.join(CHILD_FIELDS)}}}",
)


@dataclass(frozen=True)
class Media:
    """One media object. `timestamp` is aware UTC; addresses are signed and run out after some days.

    `media_type` is `IMAGE`, `VIDEO` (reels too) or `CAROUSEL_ALBUM`. `media_url` is absent for media that hold copyrighted material;
    `thumbnail_url` is there for videos only. Source: reference of IG Media.
    """

    id: str
    media_type: str | None
    media_url: str | None
    thumbnail_url: str | None
    product_type: str | None = None
    caption: str | None = None
    permalink: str | None = None
    username: str | None = None
    timestamp: datetime | None = None
    children: tuple[Media, ...] = ()


def media_of(raw: Mapping[str, Any]) -> Media:
    """The media object of a decoded answer. Raises KeyError if it has no id; whatever else is missing is None."""
    return Media(
        id=str(raw["id"]),
        media_type=_text(raw, "media_type"),
        media_url=_text(raw, "media_url"),
        thumbnail_url=_text(raw, "thumbnail_url"),
        product_type=_text(raw, "media_product_type"),
        caption=_text(raw, "caption"),
        permalink=_text(raw, "permalink"),
        username=_text(raw, "username"),
        timestamp=_time(_text(raw, "timestamp")),
        children=tuple(media_of(child) for child in _children(raw)),
    )


def _text(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) and value else None


def _time(text: str | None) -> datetime | None:
    """`2026-01-15T10:30:00+0000`, as Graph writes times."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


def _children(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    children = raw.get("children")
    data = children.get("data") if isinstance(children, Mapping) else None
    return [child for child in data if isinstance(child, Mapping) and "id" in child] if isinstance(data, list) else []
