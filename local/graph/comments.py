"""Comments and replies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from local.graph import updates
from local.graph.call import Answer, Call
from local.graph.data import EmulatedMedia
from local.graph.errors import GraphError, bad_parameter, unknown_object, unsupported_method
from local.graph.fields import Fields, check_fields, parse_fields, selected
from local.graph.paging import page_of
from local.graph.parameters import Parameters
from local.graph.records import CommentAuthor, EmulatedAccount, EmulatedComment
from local.graph.state import EmulatorState
from local.graph.timestamps import graph_time

FIELDS = {
    "id", "text", "timestamp", "username", "from", "like_count", "hidden", "parent_id", "replies",
    "media", "user", "legacy_instagram_comment_id",
}  # fmt: skip
DEFAULT_FIELDS = "id,text,timestamp"
MAX_PAGE_SIZE = 50
MENTION = re.compile(r"@(\w)")


def list_comments(call: Call, media: EmulatedMedia) -> Answer:
    """`GET /{media-id}/comments`: top-level comments, newest first."""
    fields, account = call.fields(DEFAULT_FIELDS), call.account
    ids = [
        comment_id
        for comment_id, comment in tuple(account.comments.items())
        if comment["media"] == media.id and comment["parent_id"] is None
    ]
    # The sort is stable: of two comments in one second, the later one comes first.
    ids = sorted(ids, key=lambda one: account.comments[one]["timestamp"])[::-1]
    return page_of(
        ids,
        call.params,
        call.request.url,
        lambda comment_id: comment_node(call, account, comment_id, fields),
        MAX_PAGE_SIZE,
    )


def create(call: Call, media: EmulatedMedia) -> Answer:
    """`POST /{media-id}/comments`."""
    call.refuse_fields()
    return add_comment(call, call.account, media.id)


def read(call: Call, comment_id: str) -> Answer:
    """`GET /{comment-id}`."""
    return comment_node(call, call.account, comment_id, call.fields(DEFAULT_FIELDS))


def list_replies(call: Call, comment_id: str) -> Answer:
    """`GET /{comment-id}/replies`."""
    fields, account = call.fields(DEFAULT_FIELDS), call.account
    return page_of(
        _reply_ids(account, comment_id),
        call.params,
        call.request.url,
        lambda reply_id: comment_node(call, account, reply_id, fields),
        MAX_PAGE_SIZE,
    )


def create_reply(call: Call, comment_id: str) -> Answer:
    """`POST /{comment-id}/replies`."""
    call.refuse_fields()
    media_id = call.account.comments[comment_id]["media"]
    return add_comment(call, call.account, media_id, comment_id)


def update(call: Call, comment_id: str) -> Answer:
    """`POST /{comment-id}?hide=`. The account's own comments stay visible."""
    hide = call.params.flag("hide")
    if hide is None:
        raise unsupported_method(call.method)
    comment = call.account.comments[comment_id]
    if comment["author"]["id"] != call.account.scoped_id:
        comment["hidden"] = hide
    return {"success": True}


def delete(call: Call, comment_id: str) -> Answer:
    """`DELETE /{comment-id}`, with its replies."""
    remove_comment(call.account, comment_id)
    return {"success": True}


def remove_comment(account: EmulatedAccount, comment_id: str) -> None:
    """Remove a comment and its replies."""
    for one in (comment_id, *_reply_ids(account, comment_id)):
        account.comments.pop(one, None)


def create_mention_reply(call: Call) -> Answer:
    """`POST /{ig-id}/mentions`: comment on media, or on a comment, that mentions the account."""
    media_id, parent_id = call.params.get("media_id", ""), call.params.get("comment_id")
    found = call.state.find_media(media_id)
    if found is None or found[1].product_type == "STORY":
        raise unknown_object(media_id, call.method)
    owner, media = found
    if parent_id and parent_id not in owner.comments:
        raise unknown_object(parent_id, call.method)
    return add_comment(call, owner, media.id, parent_id)


def add_comment(
    call: Call, owner: EmulatedAccount, media_id: str, parent_id: str | None = None
) -> Answer:
    """Store a comment by the call's account below the owner's media.

    A reply to a reply is attached to the top-level comment.
    """
    text = call.params.required("message")
    if media_id in owner.comments_closed:
        raise GraphError(10, "Comments are turned off for this media", status=403)
    if parent_id:
        parent = owner.comments[parent_id]
        if parent["hidden"]:
            raise bad_parameter("Cannot reply to a hidden comment")
        if parent["is_live"]:
            raise bad_parameter("Cannot reply to a comment on live video")
        parent_id = parent["parent_id"] or parent_id
    writer: CommentAuthor = {"id": call.account.scoped_id, "username": call.account.username}
    return {"id": store_comment(call.state, owner, NewComment(media_id, text, writer, parent_id))}


@dataclass(frozen=True)
class NewComment:
    """A comment that is written; without a time, it is written now."""

    media_id: str
    text: str
    author: CommentAuthor
    parent_id: str | None = None
    at: datetime | None = None
    is_live: bool = False
    id: str | None = None


def store_comment(state: EmulatorState, owner: EmulatedAccount, new: NewComment) -> str:
    """Store a comment, report it to the owner's apps, and return its id."""
    comment_id = new.id or state.new_id()
    stored = EmulatedComment(
        text=new.text,
        timestamp=graph_time(new.at or state.now()),
        username=new.author["username"],
        author=new.author,
        hidden=False,
        media=new.media_id,
        parent_id=new.parent_id,
        has_private_reply=False,
        is_live=new.is_live,
    )
    with state.inbox_lock:
        owner.comments[comment_id] = stored
        updates.comment_written(state, owner, comment_id)
    return comment_id


def comment_node(
    call: Call, account: EmulatedAccount, comment_id: str, fields: Fields
) -> dict[str, object]:
    """Return a comment node of the fields; the text of mentions has lost its `@`."""
    check_fields(fields, FIELDS)
    stored = account.comments[comment_id]
    author: CommentAuthor = {**stored["author"]}
    if author["id"] == account.scoped_id and not call.is_instagram_login:
        # Only the other login type has ids of its own for accounts.
        author["id"] = account.id
    values: dict[str, object] = {
        "id": comment_id,
        "text": MENTION.sub(r"\1", stored["text"]),
        "timestamp": stored["timestamp"],
        "username": stored["username"],
        "from": author,
        "like_count": 0,
        "hidden": stored["hidden"],
        "parent_id": stored["parent_id"],
        "media": {"id": stored["media"]},
    }
    replies = _reply_ids(account, comment_id) if "replies" in fields else []
    if replies:
        inner = parse_fields(fields["replies"] or DEFAULT_FIELDS)
        values["replies"] = page_of(
            replies,
            Parameters(),
            f"https://graph.example/{comment_id}/replies",
            lambda reply_id: comment_node(call, account, reply_id, inner),
        )
    return selected(values, fields)


def _reply_ids(account: EmulatedAccount, comment_id: str) -> list[str]:
    return [
        reply_id
        for reply_id, reply in tuple(account.comments.items())
        if reply["parent_id"] == comment_id
    ]
