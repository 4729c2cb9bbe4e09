"""Requested media as stored media, and back."""

from __future__ import annotations

from collections.abc import Sequence

from lambdas.publishing.media_records import MediaItem, PhotoRef, ProductTag, Source, UserTag
from lambdas.publishing.post_request import MediaRequest, PostRequest, SourceRequest
from lambdas.publishing.source_rules import KnownMedia


def media_items(request: PostRequest, known: Sequence[KnownMedia]) -> tuple[MediaItem, ...]:
    """Return the media of a request that has no problems."""
    items = request.media if isinstance(request.media, tuple) else ()
    return tuple(map(_item, items, known))


def source_of(source: SourceRequest) -> Source:
    """Return the source of a request that has no problems."""
    photo = source.photo
    ref = PhotoRef(event=str(photo.event), id=str(photo.id)) if photo else None
    return Source(upload=source.upload, photo=ref, url=source.url)


def _item(item: MediaRequest, known: KnownMedia) -> MediaItem:
    assert isinstance(item.source, SourceRequest)  # noqa: S101  Else it has a problem.
    has_places = not known.is_video
    return MediaItem(
        source=source_of(item.source),
        alt_text=item.alt_text or None,
        user_tags=tuple(
            UserTag(
                username=str(tag.username).lstrip("@"),
                x=tag.x if has_places else None,
                y=tag.y if has_places else None,
            )
            for tag in item.user_tags
        ),
        product_tags=tuple(
            ProductTag(
                product_id=str(tag.product_id),
                x=tag.x if has_places else None,
                y=tag.y if has_places else None,
            )
            for tag in item.product_tags
        ),
        fit=item.fit,
    )
