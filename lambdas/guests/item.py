"""An entry of a timeline: a guest's photo or an Instagram post."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import UNSET

from lambdas.api.answer_size import size_in_page
from lambdas.guests.links import PictureLinks
from lambdas.guests.views import ItemJson, ItemSource, PictureJson
from lambdas.kit.clock import to_rfc3339
from lambdas.pictures.sizes import SIZES, fitted
from lambdas.storage import keys
from lambdas.storage.events.photo import Photo
from lambdas.storage.events.post import MediaKind, Post, PostPicture
from lambdas.storage.rows import Row

# Of an entry, and of each of its pictures, beside texts and addresses.
MARKUP_BYTES = 1500


@dataclass(frozen=True)
class Picture:
    """One picture. `width` and `height` are its pixels, None if unknown; `urls` may be empty."""

    kind: MediaKind
    width: int | None
    height: int | None
    urls: dict[str, str]
    video_url: str | None = None

    @functools.cached_property
    def srcset(self) -> str:
        """Return the `srcset` attribute: the sizes with their widths; empty if unknown."""
        if not self.width or not self.height:
            return ""
        by_width = {
            fitted(self.width, self.height, edge)[0]: self.urls[name]
            for name, edge in SIZES.items()
        }
        return ", ".join(f"{url} {width}w" for width, url in by_width.items())

    @functools.cached_property
    def large_size(self) -> tuple[int, int]:
        """Return width and height of the largest shown size; a square if unknown."""
        edge = SIZES["large"]
        if self.width and self.height:
            return fitted(self.width, self.height, edge)
        return edge // 2, edge // 2

    def to_json(self) -> PictureJson:
        """Return the picture in the shape of the contract."""
        return PictureJson(self.kind, self.width, self.height, self.urls, self.video_url or UNSET)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry. `pictures` has one picture, or a carousel's several; `taken_at` is aware UTC."""

    id: str
    source: ItemSource
    kind: MediaKind
    taken_at: datetime
    pictures: tuple[Picture, ...]
    caption: str | None = None
    permalink: str | None = None
    username: str | None = None
    product_type: str | None = None
    mine: bool = False
    may_post: bool = False
    section: str | None = None
    guest_name: str | None = None

    def to_json(self) -> ItemJson:
        """Return the entry in the shape of the contract."""
        cover = self.cover
        guest = self.source is ItemSource.GUEST
        children = [picture.to_json() for picture in self.pictures]
        return ItemJson(
            id=self.id,
            source=self.source,
            kind=self.kind,
            taken_at=to_rfc3339(self.taken_at),
            width=cover.width if cover else None,
            height=cover.height if cover else None,
            urls=cover.urls if cover else {},
            video_url=(cover.video_url if cover else None) or UNSET,
            caption=UNSET if self.caption is None else self.caption,
            permalink=UNSET if self.permalink is None else self.permalink,
            children=children if self.kind is MediaKind.CAROUSEL else UNSET,
            mine=self.mine if guest else UNSET,
            may_post=self.may_post if guest and self.mine else UNSET,
            section=self.section or UNSET,
            guest_name=self.guest_name or UNSET,
        )

    @property
    def cover(self) -> Picture | None:
        """Return the first picture that can be shown, else the first video, else None."""
        shown = (picture for picture in self.pictures if picture.urls)
        return next(shown, next((picture for picture in self.pictures if picture.video_url), None))

    @property
    def size(self) -> int:
        """Return at most how many bytes of an answer the entry takes, as JSON or in the page.

        In the page each picture names its addresses several times, and the texts beside it.
        """
        texts = (self.caption, self.permalink, self.guest_name, self.username)
        said = sum(size_in_page(text) for text in texts if text)
        addresses = (
            size_in_page(url)
            for picture in self.pictures
            for url in (*picture.urls.values(), picture.video_url or "")
        )
        entry = MARKUP_BYTES + 2 * said
        return entry + len(self.pictures) * (MARKUP_BYTES + said) + 4 * sum(addresses)

    @property
    def version(self) -> str:
        """Return a text that changes with the entry; signed links, new each time, do not count."""
        entry = self.to_json()
        parts: list[ItemJson | PictureJson] = [entry, *(entry.children or [])]
        for part in parts:
            part.urls, part.video_url = {}, UNSET
        encoded = msgspec.json.encode(entry, order="sorted")
        return hashlib.sha256(encoded).hexdigest()[:16]


def item_of(row: Row, links: PictureLinks, device: str) -> Item:
    """Return the entry of a timeline row, as the device with that hash sees it."""
    if str(row[keys.SORT]).startswith(keys.PHOTO_PREFIX):
        return _item_of_photo(Photo.from_row(row), links, device)
    post = Post.from_row(row)
    return Item(
        id=post.id,
        source=ItemSource.INSTAGRAM,
        kind=post.kind,
        taken_at=post.taken_at,
        pictures=tuple(_post_picture(post.event_id, picture, links) for picture in post.pictures),
        caption=post.caption,
        permalink=_web_address(post.permalink),
        username=post.username,
        product_type=post.product_type,
    )


def photo_picture(photo: Photo, links: PictureLinks) -> Picture:
    """Return the picture of a photo that is shown."""
    urls = links.of(photo.event_id, photo.id)
    return Picture(MediaKind.IMAGE, photo.width, photo.height, urls)


def _item_of_photo(photo: Photo, links: PictureLinks, device: str) -> Item:
    if photo.taken_at is None:
        raise ValueError(f"photo {photo.id} is in the timeline without a time")
    mine = photo.device == device
    return Item(
        id=photo.id,
        source=ItemSource.GUEST,
        kind=MediaKind.IMAGE,
        taken_at=photo.taken_at,
        pictures=(photo_picture(photo, links),),
        mine=mine,
        may_post=mine and photo.may_post,
        section=photo.section,
        guest_name=photo.guest_name,
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
    """Return an address that a browser may be sent to; other foreign texts are left out."""
    return text if text and text.startswith(("https://", "http://")) else None
