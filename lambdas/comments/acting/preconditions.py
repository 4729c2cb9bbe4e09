"""What is known to be impossible before Instagram is asked: said at once, in words."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from lambdas.comments.acting import refusals
from lambdas.comments.people import Person
from lambdas.comments.records import Action, ActionKind, ActionState, Item, ItemKind
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.errors import Conflict, InvalidRequest

INVISIBLE = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc", "Mn"})
MAX_COMMENT = 2200
MAX_HASHTAGS = 30
MAX_MENTIONS = 20
# Source: D:/IP/instagram-api-with-instagram-login/messaging-api.
MAX_MESSAGE_BYTES = 1000
PRIVATE_REPLY_WINDOW = timedelta(days=7)
# Time in which an answer written just before the end can still arrive.
LAST_SECONDS = timedelta(seconds=5)


def check_comment_text(text: str) -> str:
    """Return a comment's text without outer spaces. Raises InvalidRequest."""
    plain = _some(text)
    if len(plain) > MAX_COMMENT:
        raise InvalidRequest(
            f"A comment has at most {MAX_COMMENT:,} characters; this one has {len(plain):,}.",
            code="text_too_long",
        )
    if plain.count("#") > MAX_HASHTAGS or plain.count("@") > MAX_MENTIONS:
        raise InvalidRequest(
            f"A comment has at most {MAX_HASHTAGS} hashtags and {MAX_MENTIONS} mentions.",
            code="too_many_tags",
        )
    return plain


def check_message_text(text: str) -> str:
    """Return a message's text without outer spaces. Raises InvalidRequest."""
    plain = _some(text)
    size = len(plain.encode(errors="replace"))
    if size > MAX_MESSAGE_BYTES:
        raise InvalidRequest(
            f"A message has at most {MAX_MESSAGE_BYTES:,} bytes; this one has {size:,}. Letters "
            "with accents count 2, emoji 4 or more.",
            code="text_too_long",
        )
    return plain


def require_comment(item: Item) -> None:
    """Raise unless an item is a comment that is still on Instagram."""
    if item.kind is not ItemKind.COMMENT:
        raise Conflict(f"This is a {item.kind.value}, not a comment.", code="not_a_comment")
    require_there(item)


def require_there(item: Item) -> None:
    """Raise if an item is not on Instagram any more."""
    if item.deleted_at:
        raise Conflict(refusals.GONE.message, code=refusals.GONE.code)


def require_reply(item: Item) -> None:
    """Raise unless a comment can be replied to."""
    require_comment(item)
    if item.hidden:
        raise Conflict(
            "Instagram takes no reply to a hidden comment. Show it again first.",
            code="comment_hidden",
        )
    if item.is_live:
        raise Conflict("Comments on live video cannot be replied to.", code="comment_is_live")


def require_private_reply(item: Item, actions: Sequence[Action], now: datetime) -> None:
    """Raise unless a comment's author can be sent the one private reply."""
    require_comment(item)
    if item.is_own:
        raise Conflict("The account itself wrote this comment.", code="own_comment")
    ends = item.at + PRIVATE_REPLY_WINDOW
    if now > ends - LAST_SECONDS:
        raise Conflict(
            "A private reply is possible within seven days of the comment. It was possible until "
            f"{to_rfc3339(ends)}.",
            code="private_reply_too_late",
            details={"closed_at": to_rfc3339(ends)},
        )
    if any(_may_have_arrived(one) for one in actions if one.kind is ActionKind.PRIVATE_REPLY):
        raise Conflict(
            "A comment gets one private reply, and this one has had it.",
            code="private_reply_sent",
        )


def require_window(person: Person | None, now: datetime) -> None:
    """Raise unless a person wrote within the last 24 hours."""
    closes_at = person.closes_at if person else None
    if closes_at is None:
        raise Conflict(
            "This person has not written to the account, so Instagram takes no message to them.",
            code="window_never_opened",
        )
    if now > closes_at - LAST_SECONDS:
        raise Conflict(
            "Instagram allows an answer only within 24 hours of the person's last message. It was "
            f"possible until {to_rfc3339(closes_at)}.",
            code="window_closed",
            details={"closed_at": to_rfc3339(closes_at)},
        )


def _may_have_arrived(action: Action) -> bool:
    return action.state is not ActionState.FAILED


def _some(text: str) -> str:
    plain = text.strip()
    # Spaces without width, and marks of direction alone, show nothing.
    if all(unicodedata.category(one) in INVISIBLE for one in plain):
        raise InvalidRequest("text must not be empty.", code="empty_text")
    return plain
