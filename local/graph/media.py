"""Media nodes, and the edges that list them."""

from __future__ import annotations

from local.graph.call import Answer, Call
from local.graph.data import EmulatedMedia
from local.graph.errors import unsupported_method
from local.graph.fields import Fields, check_fields, parse_fields, selected
from local.graph.paging import page_of
from local.graph.records import EmulatedAccount
from local.graph.timestamps import graph_time, time_parameter

MAX_MEDIA = 10_000
FIELDS = {
    "id", "caption", "media_type", "media_product_type", "media_url", "thumbnail_url", "permalink",
    "shortcode", "timestamp", "username", "like_count", "comments_count", "children",
    "is_comment_enabled", "is_shared_to_feed", "alt_text", "owner", "media_audio_type",
}  # fmt: skip
FACEBOOK_COUNTS = (
    "shares_count", "saved_count", "reposts_count", "total_like_count", "total_comments_count",
    "total_views_count",
)  # fmt: skip
# graph.instagram.com omits these silently instead of refusing them.
FACEBOOK_FIELDS = {*FACEBOOK_COUNTS, "legacy_instagram_media_id", "view_count"}


def list_media(call: Call) -> Answer:
    """`GET /{ig-id}/media`: newest first, and only the newest 10,000."""
    params = call.params
    since, until = time_parameter(params, "since"), time_parameter(params, "until")
    newest = sorted(call.account.media, key=lambda media: media.taken_at, reverse=True)
    found = [
        media
        for media in newest[:MAX_MEDIA]
        if (since is None or media.taken_at >= since) and (until is None or media.taken_at <= until)
    ]
    return _page(call, found)


def list_stories(call: Call) -> Answer:
    """`GET /{ig-id}/stories`."""
    return _page(call, call.account.stories)


def _page(call: Call, found: list[EmulatedMedia]) -> Answer:
    fields = call.fields()
    return page_of(
        found,
        call.params,
        call.request.url,
        lambda one: media_node(call, one, call.account, fields),
    )


def list_tags(call: Call) -> Answer:
    """`GET /{ig-id}/tags`: media of others; the pages have cursors, but no `next`."""
    fields = call.fields()
    found = [
        pair
        for media_id in call.account.tagged_in
        if (pair := call.state.find_media(media_id)) is not None
    ]
    return page_of(
        found, call.params, None, lambda pair: media_node(call, pair[1], pair[0], fields)
    )


def read(call: Call, media: EmulatedMedia) -> Answer:
    """`GET /{media-id}`."""
    return media_node(call, media, call.account, call.fields())


def list_children(call: Call, media: EmulatedMedia) -> Answer:
    """`GET /{media-id}/children`."""
    fields = call.fields()
    return {
        "data": [media_node(call, one, call.account, fields, child=True) for one in media.children]
    }


def update(call: Call, media: EmulatedMedia) -> Answer:
    """`POST /{media-id}?comment_enabled=`."""
    enabled = call.params.flag("comment_enabled")
    if enabled is None:
        raise unsupported_method(call.method)
    if enabled:
        call.account.comments_closed.discard(media.id)
    else:
        call.account.comments_closed.add(media.id)
    return {"success": True}


def media_node(
    call: Call,
    media: EmulatedMedia,
    owner: EmulatedAccount,
    fields: Fields,
    *,
    child: bool = False,
) -> dict[str, object]:
    """Return a media node of the fields."""
    check_fields(fields, FIELDS | FACEBOOK_FIELDS)
    values = _values(call.address, media, owner)
    if child:
        del values["permalink"]
    if not call.is_instagram_login:
        values |= {
            name: media.numbers.get(name, _number(media.id) % (13 + index))
            for index, name in enumerate(FACEBOOK_COUNTS)
        }
    if media.children and "children" in fields:
        inner = parse_fields(fields["children"] or "id")
        nodes = [media_node(call, one, owner, inner, child=True) for one in media.children]
        values["children"] = {"data": nodes}
    return selected(values, fields)


def _values(address: str, media: EmulatedMedia, owner: EmulatedAccount) -> dict[str, object]:
    is_video = media.media_type == "VIDEO"
    kind = "reel" if media.product_type == "REELS" else "p"
    file = f"{address}/scontent.cdninstagram.com/{media.id}"
    still, clip = f"{file}.jpg?oe=6A2F427E", f"{file}.mp4?oe=6A2F427E"
    return {
        "id": media.id,
        "caption": media.caption,
        "media_type": media.media_type,
        "media_product_type": media.product_type,
        "media_url": None if media.copyrighted else clip if is_video else still,
        "thumbnail_url": still if is_video else None,
        "permalink": f"https://www.instagram.com/{kind}/{media.shortcode}/",
        "shortcode": media.shortcode,
        "timestamp": graph_time(media.taken_at),
        "username": owner.username,
        "like_count": _number(media.id) % 97,
        "comments_count": sum(one["media"] == media.id for one in owner.comments.values()),
        "is_comment_enabled": media.id not in owner.comments_closed,
        "owner": {"id": owner.id},
    }


def _number(media_id: str) -> int:
    return int(media_id) if media_id.isdecimal() else len(media_id)
