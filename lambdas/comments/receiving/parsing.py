"""Reading updates: each becomes what it reports, or a Foreign one that says why not."""

from __future__ import annotations

from datetime import datetime

from lambdas.comments.receiving.fields import (
    MAX_NAME,
    Unexpected,
    id_of,
    object_of,
    required_id,
    text_of,
)
from lambdas.comments.receiving.messages import parse_event
from lambdas.comments.receiving.raw_update import INSTAGRAM, RawUpdate, moment_of
from lambdas.comments.receiving.repair import plain
from lambdas.comments.updates import CommentWritten, Foreign, Ignored, Mentioned, Update
from lambdas.graph.decoding import Json, JsonObject, decode_json

# The dashboard's test button sends events of conversations under the names of their fields.
CONVERSATIONS = {
    "messaging",
    "standby",
    "messages",
    "message_reactions",
    "message_edit",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
}
COMMENTS = {"comments": False, "live_comments": True}
NAMES_ONLY = (
    "The webhook names what changed without its values; subscribe with include_values=true."
)


def parse(raw: RawUpdate) -> Update:
    """Return what an update reports. Raises nothing, whatever its value is."""
    try:
        value = decode_json(plain(bytes(raw.value)), keep_digits=True)
    except ValueError:
        content = {"text": plain(bytes(raw.value))}
        return _foreign(raw, content, "Its value is no JSON, or nested too deeply.")
    try:
        return _parsed(raw, value)
    except Unexpected as unexpected:
        return _foreign(raw, value, str(unexpected))


def _parsed(raw: RawUpdate, value: Json) -> Update:
    if raw.object != INSTAGRAM:
        raise Unexpected(f"It is about an object of the kind {raw.object!r}.")
    if not raw.account:
        raise Unexpected("The webhook does not say which account it is for.")
    if raw.field == "changed_fields":
        raise Unexpected(NAMES_ONLY)
    if not isinstance(value, dict):
        raise Unexpected("Its value is no object.")
    if raw.field in COMMENTS:
        return _comment(raw, value)
    if raw.field == "mentions":
        return _mention(raw, value)
    if raw.field == "story_insights":
        return Ignored(account_id=raw.account, field=raw.field)
    if raw.field in CONVERSATIONS:
        at = _time(raw, value)
        return parse_event(raw.account, at, value, is_standby=raw.field == "standby")
    raise Unexpected(f"Nothing is known of the field {raw.field!r}.")


def _comment(raw: RawUpdate, value: JsonObject) -> Update:
    author, media = object_of(value, "from"), object_of(value, "media")
    comment_id = id_of(value, "id") or required_id(value, "comment_id", "The comment")
    return CommentWritten(
        account_id=raw.account,
        at=raw.at,
        comment_id=comment_id,
        media_id=id_of(media, "id") or id_of(value, "media_id"),
        author_id=id_of(author, "id"),
        username=text_of(author, "username", MAX_NAME),
        text=text_of(value, "text"),
        product_type=text_of(media, "media_product_type", MAX_NAME),
        parent_id=id_of(value, "parent_id"),
        is_live=COMMENTS[raw.field],
    )


def _mention(raw: RawUpdate, value: JsonObject) -> Update:
    return Mentioned(
        account_id=raw.account,
        at=raw.at,
        media_id=required_id(value, "media_id", "The mention"),
        comment_id=id_of(value, "comment_id"),
    )


def _time(raw: RawUpdate, value: JsonObject) -> datetime:
    """Return when it happened: the event's own time, or when the webhook was sent."""
    time = value.get("timestamp")
    return raw.at if time is None else moment_of(time, raw.received_at)


def _foreign(raw: RawUpdate, value: Json, why: str) -> Foreign:
    content = value if isinstance(value, dict) else {"value": value}
    return Foreign(account_id=raw.account, at=raw.at, field=raw.field, value=content, why=why)
