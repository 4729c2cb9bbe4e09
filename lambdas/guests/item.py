"""What a timeline shows: a guest's photo or an Instagram post, in the shape of the public contract."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lambdas.guests.links import PictureLinks
from lambdas.kit.clock import to_rfc3339
from lambdas.pictures.sizes import SIZES, fitted
from lambdas.storage import keys
from lambdas.storage.events.photo import Photo
from lambdas.storage.events.post import Post, PostPicture


@dataclass(frozen=True)
class Picture:
    """One picture. `width` and `height` are pixels of the whole picture, None if unknown; `urls` may be empty."""

    kind: str
    width: int | None
    height: int | None
    urls: dict[str, str]
    video_url: str | None = None

    @property
    def srcset(self) -> str:
        """The three sizes with their widths in pixels, as the attribute wants it; empty if the sizes are unknown."""
        if not self.width or not self.height:
            return ""
        by_width = {
            fitted(self.width, self.height, edge)[0]: self.urls[name]
            for name, edge in SIZES.items()
        }
        return ", ".join(f"{url} {width}w" for width, url in by_width.items())

    @property
    def large_size(self) -> tuple[int, int]:
        """Width and height of the largest shown size; a square while nothing is known."""
        edge = SIZES["large"]
        return (
            fitted(self.width, self.height, edge)
            if self.width and self.height
            else (edge // 2, edge // 2)
        )

    def to_json(self) -> dict[str, Any]:
        """The picture as the contract has it."""
        shape: dict[str, Any] = {
            "kind": self.kind,
            "width": self.width,
            "height": self.height,
            "urls": self.urls,
        }
        return shape | ({"video_url": self.video_url} if self.video_url else {})


@dataclass(frozen=True)
class Item:
    """One entry of the timeline. `pictures` has one picture, or a carousel's several; `taken_at` is aware UTC."""

    id: str
    source: str
    kind: str
    taken_at: datetime
    pictures: tuple[Picture, ...]
    caption: str | None = None
    permalink: str | None = None
    username: str | None = None
    product_type: str | None = None
    mine: bool = False

    def to_json(self) -> dict[str, Any]:
        """The entry as the contract has it; what is unknown is left out, but for the keys that are always there."""
        cover = self.cover
        picture = cover.to_json() if cover else {"width": None, "height": None, "urls": {}}
        shape = {
            "id": self.id,
            "source": self.source,
            "taken_at": to_rfc3339(self.taken_at),
            **picture,
            "kind": self.kind,
        }
        if self.source == "guest":
            return shape | {"mine": self.mine}
        children = (
            [picture.to_json() for picture in self.pictures] if self.kind == "carousel" else None
        )
        extra = {"caption": self.caption, "permalink": self.permalink, "children": children}
        return shape | {name: value for name, value in extra.items() if value is not None}

    @property
    def cover(self) -> Picture | None:
        """The first picture that can be shown; of those that cannot, the first video; or None."""
        shown = (picture for picture in self.pictures if picture.urls)
        return next(shown, next((picture for picture in self.pictures if picture.video_url), None))

    @property
    def version(self) -> str:
        """A text that changes when the entry changes; signed addresses do not count, they are new each time."""
        shape = self.to_json()
        for part in (shape, *shape.get("children", ())):
            part.pop("urls", None)
            part.pop("video_url", None)
        return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:16]


def item_of(row: dict[str, Any], links: PictureLinks, device: str) -> Item:
    """The entry of a timeline row, as the device with that hash sees it."""
    if str(row[keys.SORT]).startswith(keys.PHOTO_PREFIX):
        photo = Photo.from_row(row)
        if photo.taken_at is None:
            raise ValueError(f"photo {photo.id} is in the timeline without a time")
        picture = Picture("image", photo.width, photo.height, links.of(photo.event_id, photo.id))
        return Item(
            photo.id, "guest", "image", photo.taken_at, (picture,), mine=photo.device == device
        )
    post = Post.from_row(row)
    pictures = tuple(_post_picture(post.event_id, picture, links) for picture in post.pictures)
    permalink = _web_address(post.permalink)
    return Item(
        post.id,
        "instagram",
        post.kind,
        post.taken_at,
        pictures,
        post.caption,
        permalink,
        post.username,
        post.product_type,
    )


def _post_picture(event_id: str, picture: PostPicture, links: PictureLinks) -> Picture:
    if picture.copied:
        urls = links.of(event_id, picture.id)
    else:
        still = _web_address(picture.still_url)
        urls = dict.fromkeys(SIZES, still) if still else {}
    return Picture(
        picture.kind, picture.width, picture.height, urls, _web_address(picture.video_url)
    )


def _web_address(text: str | None) -> str | None:
    """An address that a browser may be sent to; whatever else came from outside is left out."""
    return text if text and text.startswith(("https://", "http://")) else None
