"""A stored post as the body that would create it."""

from __future__ import annotations

import msgspec

from lambdas.kit.decoded import JsonObject
from lambdas.publishing.media_records import MediaItem
from lambdas.publishing.records import Post
from lambdas.publishing.states import State

# Fields that a stored post and a body have alike.
ALIKE = (
    "client_request_id", "kind", "caption", "location_id", "collaborators", "share_to_feed",
    "cover", "thumb_offset_ms", "trial", "ai_generated", "first_comment", "late",
)  # fmt: skip
OF_MEDIA = ("source", "alt_text", "user_tags", "product_tags", "fit")


def body_of(post: Post) -> JsonObject:
    """Return the body of a post, as decoded JSON."""
    stored = {name: msgspec.to_builtins(getattr(post, name)) for name in ALIKE}
    at = post.publish_at
    return {
        **{name: list(one) if isinstance(one, tuple) else one for name, one in stored.items()},
        "account": post.account_id,
        "media": [_media_body(item) for item in post.media],
        "publish_at": {"wall": at.wall, "zone": at.zone} if at else None,
        "draft": post.state is State.DRAFT,
    }


def _media_body(item: MediaItem) -> JsonObject:
    body = msgspec.to_builtins(item)
    return {
        name: list(body[name]) if isinstance(body[name], tuple) else body[name]
        for name in OF_MEDIA
        if name in body
    }
