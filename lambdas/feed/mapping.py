"""From Instagram's media to the posts that the page shows."""

from __future__ import annotations

import re
from dataclasses import replace

from lambdas.graph.media import MAX_ID, Media
from lambdas.storage.events.event import Event
from lambdas.storage.events.post import MediaKind, Post, PostPicture

KINDS = {
    "IMAGE": MediaKind.IMAGE,
    "VIDEO": MediaKind.VIDEO,
    "CAROUSEL_ALBUM": MediaKind.CAROUSEL,
}
# Instagram's are numbers.
ID = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
# A row holds 400 KB, and texts and addresses are bounded where answers are read. Carousels have 20
# parts.
MAX_PARTS = 20


def post_of(event: Event, media: Media, account_id: str | None = None) -> Post | None:
    """Return the post of a media object; None for one without a time, or whose id is none."""
    if media.timestamp is None or not _is_id(media.id):
        return None
    kind = KINDS.get(media.media_type or "", MediaKind.IMAGE)
    is_album = kind is MediaKind.CAROUSEL and media.children
    parts = media.children if is_album else (media,)
    return Post(
        event_id=event.id,
        id=media.id,
        kind=kind,
        product_type=media.product_type,
        taken_at=media.timestamp,
        caption=media.caption,
        permalink=media.permalink,
        username=media.username,
        pictures=tuple(_picture_of(part) for part in parts[:MAX_PARTS] if _is_id(part.id)),
        account_id=account_id,
    )


def with_known_copies(post: Post, known: Post | None) -> Post:
    """Add what is known here alone: sizes of copied pictures, and whether a host hid the post."""
    if known is None:
        return post
    sizes = {picture.id: (picture.width, picture.height) for picture in known.pictures}
    pictures = []
    for picture in post.pictures:
        width, height = sizes.get(picture.id, (None, None))
        pictures.append(replace(picture, width=width, height=height))
    return replace(post, pictures=tuple(pictures), hidden=known.hidden)


def _picture_of(media: Media) -> PostPicture:
    if media.media_type == "VIDEO":
        return PostPicture(
            media.id, MediaKind.VIDEO, still_url=media.thumbnail_url, video_url=media.media_url
        )
    still = media.media_url or media.thumbnail_url
    return PostPicture(media.id, MediaKind.IMAGE, still_url=still)


def _is_id(value: str) -> bool:
    """Return whether an id can stand in a key of a row, and in the name of an object."""
    return len(value) <= MAX_ID and ID.fullmatch(value) is not None
