"""Reading what happened in a conversation.

Sources: "Webhooks for Instagram messaging" and "message_edits" in Meta's reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lambdas.comments.receiving.fields import (
    MAX_NAME,
    Unexpected,
    count_of,
    flag_of,
    id_of,
    list_of,
    mid_of,
    object_of,
    required_id,
    text_of,
)
from lambdas.comments.records import Attachment
from lambdas.comments.updates import (
    Ignored,
    MessageEdited,
    MessageReaction,
    MessageUnsent,
    MessageWritten,
    Update,
)
from lambdas.graph import parsing
from lambdas.graph.decoding import Json, JsonObject

MAX_ATTACHMENTS = 30
KNOWN = {"message", "postback", "reaction", "message_edit"}
# What else happens in a conversation, and Meta's names of the fields that report it.
OF_NO_USE = {
    "read": "messaging_seen",
    "delivery": "message_deliveries",
    "referral": "messaging_referral",
}


@dataclass(frozen=True)
class Event:
    """One event of a conversation: its content, time and sides. `person_id` is the other side."""

    account_id: str
    at: datetime
    raw: JsonObject
    sender_id: str
    person_id: str
    is_own: bool


def parse_event(account_id: str, at: datetime, raw: JsonObject, *, is_standby: bool) -> Update:
    """Return what an event of a conversation reports. Raises Unexpected."""
    if not KNOWN & raw.keys():
        for name in OF_NO_USE.keys() & raw.keys():
            return Ignored(account_id=account_id, field=OF_NO_USE[name])
    if "message_edit" in raw and _is_no_edit(object_of(raw, "message_edit")):
        return Ignored(account_id=account_id, field="message_edit")
    event = _event(account_id, at, raw)
    if "message" in raw:
        return _message(event, object_of(raw, "message"), is_standby)
    if "postback" in raw:
        return _postback(event, object_of(raw, "postback"), is_standby)
    if "reaction" in raw:
        return _reaction(event, object_of(raw, "reaction"))
    if "message_edit" in raw:
        return _edit(event, object_of(raw, "message_edit"))
    raise Unexpected("Nothing is known of this kind of event in a conversation.")


def _event(account_id: str, at: datetime, raw: JsonObject) -> Event:
    message = object_of(raw, "message")
    sender = required_id(object_of(raw, "sender"), "id", "The sender")
    is_own = sender == account_id or flag_of(message, "is_echo") or flag_of(message, "is_self")
    recipient = id_of(object_of(raw, "recipient"), "id")
    if is_own and recipient is None:
        raise Unexpected("The recipient has no id.")
    return Event(account_id, at, raw, sender, recipient if is_own and recipient else sender, is_own)


def _message(event: Event, raw: JsonObject, is_standby: bool) -> Update:
    mid = mid_of(raw)
    if flag_of(raw, "is_deleted"):
        return MessageUnsent(
            account_id=event.account_id, at=event.at, mid=mid, person_id=event.person_id
        )
    quick_reply = object_of(raw, "quick_reply")
    return MessageWritten(
        account_id=event.account_id,
        at=event.at,
        mid=mid,
        person_id=event.person_id,
        is_own=event.is_own,
        text=text_of(raw, "text") or text_of(quick_reply, "payload"),
        reply_to=_reply_to(object_of(raw, "reply_to")),
        attachments=tuple(map(_attachment, list_of(raw, "attachments")[:MAX_ATTACHMENTS])),
        is_unsupported=flag_of(raw, "is_unsupported"),
        is_standby=is_standby,
    )


def _reply_to(raw: JsonObject) -> str | None:
    if raw.get("mid") is not None:
        return mid_of(raw)
    story_id = id_of(object_of(raw, "story"), "id")
    return f"story {story_id}" if story_id else None


def _attachment(raw: Json) -> Attachment:
    """Return an attachment; an odd one is unknown, and takes no message with it."""
    one = parsing.mapping(raw)
    # A part of an address is of no use.
    url = parsing.address(parsing.mapping(one.get("payload")), "url")
    return Attachment(type=parsing.cut_name(one, "type") or "unknown", url=url)


def _postback(event: Event, raw: JsonObject, is_standby: bool) -> Update:
    # Before version 11 a postback has no id. Its time is the same however often it is sent.
    has_mid = raw.get("mid") is not None
    made = f"postback.{event.sender_id}.{event.at.timestamp():.3f}"
    return MessageWritten(
        account_id=event.account_id,
        at=event.at,
        mid=mid_of(raw) if has_mid else made,
        person_id=event.person_id,
        is_own=event.is_own,
        text=text_of(raw, "title") or text_of(raw, "payload"),
        is_standby=is_standby,
    )


def _reaction(event: Event, raw: JsonObject) -> Update:
    action = text_of(raw, "action", MAX_NAME)
    if action not in ("react", "unreact"):
        raise Unexpected("A reaction is neither made nor removed.")
    emoji = text_of(raw, "emoji", MAX_NAME) or text_of(raw, "reaction", MAX_NAME)
    if action == "react" and emoji is None:
        raise Unexpected("The reaction says neither an emoji nor a name.")
    return MessageReaction(
        account_id=event.account_id,
        at=event.at,
        mid=mid_of(raw),
        person_id=event.person_id,
        author_id=event.sender_id,
        emoji=emoji if action == "react" else None,
    )


def _is_no_edit(raw: JsonObject) -> bool:
    """Return whether this is what apps in development get for a new message: no edit, no text."""
    return count_of(raw, "num_edit") == 0 and text_of(raw, "text") is None


def _edit(event: Event, raw: JsonObject) -> Update:
    return MessageEdited(
        account_id=event.account_id,
        at=event.at,
        mid=mid_of(raw),
        person_id=event.person_id,
        text=text_of(raw, "text"),
        # A message that was edited was edited once at least.
        edits=1 if (edits := count_of(raw, "num_edit")) is None else edits,
    )
