"""Media nodes, and the edges that list them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from local.graph.call import Answer, Call
from local.graph.comments import list_comments
from local.graph.data import EmulatedMedia
from local.graph.errors import GraphError, unsupported_method
from local.graph.expansion import FIELD as INSIGHTS
from local.graph.expansion import check_expansion, expanded_insights, split_insights
from local.graph.fields import Fields, check_fields, parse_fields, selected
from local.graph.media_list import between
from local.graph.nested import edge_call, split_edges
from local.graph.paging import page_of
from local.graph.records import EmulatedAccount
from local.graph.reported import public_count
from local.graph.timestamps import graph_time, time_parameter

COMMENTS = ("comments",)
MAX_MEDIA = 10_000
FIELDS = {
    "id", "caption", "media_type", "media_product_type", "media_url", "thumbnail_url", "permalink",
    "shortcode", "timestamp", "username", "like_count", "comments_count", "children",
    "is_comment_enabled", "is_shared_to_feed", "alt_text", "owner", "media_audio_type",
    "is_ai_generated",
}  # fmt: skip
# With the metric of the same number.
FACEBOOK_COUNTS = {
    "shares_count": "shares", "saved_count": "saved", "reposts_count": "reposts",
    "total_like_count": "total_likes", "total_comments_count": "total_comments",
    "total_views_count": "total_views",
}  # fmt: skip
# graph.instagram.com omits these silently instead of refusing them.
FACEBOOK_FIELDS = {*FACEBOOK_COUNTS, "legacy_instagram_media_id", "view_count"}


def list_media(call: Call) -> Answer:
    """`GET /{ig-id}/media`: newest first, and only the newest 10,000."""
    params = call.params
    since, until = time_parameter(params, "since"), time_parameter(params, "until")
    found = call.account.shown_media(call.state.now())[:MAX_MEDIA]
    return _page(call, between(found, since, until))


def list_stories(call: Call) -> Answer:
    """`GET /{ig-id}/stories`."""
    now = call.state.now()
    return _page(call, [one for one in call.account.stories if call.account.shows(one, now)])


def _page(call: Call, found: Sequence[EmulatedMedia]) -> Answer:
    fields = call.fields()
    check_expansion(call, fields)
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
    return media_node(call, media, call.account, call.fields(), is_direct=True)


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


def delete(call: Call, media: EmulatedMedia) -> Answer:
    """`DELETE /{media-id}`, of Facebook Login only; a carousel is deleted as a whole."""
    account = call.account
    for found in (account.media, account.stories):
        if media in found:
            found.remove(media)
            account.deleted.add(media.id)
            return {"success": True, "deleted_id": media.id}
    raise GraphError(-1, "Media type not supported for deletion", 2207073)


def media_node(
    call: Call,
    media: EmulatedMedia,
    owner: EmulatedAccount,
    fields: Fields,
    *,
    child: bool = False,
    is_direct: bool = False,
) -> dict[str, object]:
    """Return a media node of the fields; `is_direct` if the call names it, not an edge."""
    # Children have no insights: the field is unknown there.
    fields, edges = split_edges(fields, () if child else COMMENTS)
    plain, expansion = (fields, None) if child else split_insights(fields)
    check_fields(plain, FIELDS | FACEBOOK_FIELDS)
    values = _values(call, media, owner)
    if child:
        del values["permalink"]
    if media.hides_likes and not is_direct:
        del values["like_count"]
    if not call.is_instagram_login:
        values |= _facebook_counts(media, owner, call.state.now())
    if media.children and "children" in fields:
        inner = parse_fields(fields["children"] or "id")
        nodes = [media_node(call, one, owner, inner, child=True) for one in media.children]
        values["children"] = {"data": nodes}
    for name, options in edges.items():
        call.require("manage_comments")
        found = list_comments(edge_call(call.on(owner), media.id, name, options), media)
        values["comments"], plain = found["data"] and found, {**plain, "comments": ""}
    if expansion is not None:
        values[INSIGHTS] = expanded_insights(call, owner, media, fields)
        plain = {**plain, INSIGHTS: ""}
    return selected({name: value for name, value in values.items() if value != []}, plain)


def _values(call: Call, media: EmulatedMedia, owner: EmulatedAccount) -> dict[str, object]:
    now = call.state.now()
    likes, comments = (public_count(owner, media, name, now) for name in ("likes", "comments"))
    stored_comments = sum(one["media"] == media.id for one in owner.comments.values())
    is_video = media.media_type == "VIDEO"
    kind = "reel" if media.product_type == "REELS" else "p"
    file = f"{call.address}/scontent.cdninstagram.com/{media.id}"
    still, clip = f"{file}.jpg?oe=6A2F427E", f"{file}.mp4?oe=6A2F427E"
    permalink = f"https://www.instagram.com/{kind}/{media.shortcode}/"
    has_permalink = media.permalink_from is None or media.permalink_from <= now
    return {
        **media.details,
        "id": media.id,
        "caption": media.caption,
        "media_type": media.media_type,
        "media_product_type": media.product_type,
        "media_url": None if media.copyrighted else clip if is_video else still,
        "thumbnail_url": still if is_video else None,
        "permalink": permalink if has_permalink else None,
        "shortcode": media.shortcode,
        "timestamp": graph_time(media.taken_at),
        "username": owner.username,
        "like_count": _number(media.id) % 97 if likes is None else likes,
        "comments_count": stored_comments + (comments or 0),
        "is_comment_enabled": media.id not in owner.comments_closed,
        "owner": {"id": owner.id},
    }


def _facebook_counts(
    media: EmulatedMedia, owner: EmulatedAccount, now: datetime
) -> dict[str, object]:
    counts: dict[str, object] = {}
    for index, (name, metric) in enumerate(FACEBOOK_COUNTS.items()):
        made_up = _number(media.id) % (13 + index)
        live = public_count(owner, media, metric, now) if owner.live else None
        counts[name] = media.numbers.get(name, made_up if live is None else live)
    return counts


def _number(media_id: str) -> int:
    return int(media_id) if media_id.isdecimal() else len(media_id)
