"""From Instagram's media to the posts that the page shows."""

from __future__ import annotations

from dataclasses import replace

from lambdas.graph.media import Media
from lambdas.storage.events.event import Event
from lambdas.storage.events.post import MediaKind, Post, PostPicture

KINDS = {
    "IMAGE": MediaKind.IMAGE,
    "VIDEO": MediaKind.VIDEO,
    "CAROUSEL_ALBUM": MediaKind.CAROUSEL,
}


# A row holds 400 KB, and what does not fit must not keep other posts from being stored. Instagram's
# captions have 2,200 characters, its addresses some hundreds, its carousels 20 parts.
MAX_CAPTION, MAX_NAME, MAX_ADDRESS, MAX_ID = 5000, 100, 4000, 100
MAX_PARTS = 20


def post_of(event: Event, media: Media, account_id: str | None = None) -> Post | None:
    """Return the post of a media object; None for one without a time, or whose id is none."""
    if media.timestamp is None or len(media.id) > MAX_ID:
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
        caption=media.caption[:MAX_CAPTION] if media.caption else None,
        permalink=_address(media.permalink),
        username=media.username[:MAX_NAME] if media.username else None,
        pictures=tuple(_picture_of(part) for part in parts[:MAX_PARTS] if len(part.id) <= MAX_ID),
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
    still, thumbnail = _address(media.media_url), _address(media.thumbnail_url)
    if media.media_type == "VIDEO":
        return PostPicture(media.id, MediaKind.VIDEO, still_url=thumbnail, video_url=still)
    return PostPicture(media.id, MediaKind.IMAGE, still_url=still or thumbnail)


def _address(url: str | None) -> str | None:
    """Return an address that fits into a row, else None."""
    return url if url and len(url) <= MAX_ADDRESS else None
