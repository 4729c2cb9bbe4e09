"""The bodies of operators' requests."""

from __future__ import annotations

from typing import Annotated

import msgspec

from lambdas.comments.records import ItemState
from lambdas.comments.rules.model import ItemKind
from lambdas.kit.decoded import JsonObject
from lambdas.kit.errors import InvalidRequest

MAX_REQUEST_ID = 128
RequestId = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REQUEST_ID)]
MAX_CHECKED_TEXT = 10_000


class TextRequest(msgspec.Struct, forbid_unknown_fields=True):
    """An answer: at most 2,200 characters below media, 1,000 bytes in a message.

    The same `client_request_id` again makes no second one.
    """

    text: str
    client_request_id: RequestId | None = None


class CommentChange(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a comment is hidden on Instagram, or else what it needs of people: one of both."""

    hidden: bool | None = None
    state: ItemState | None = None
    client_request_id: RequestId | None = None


class StateChange(msgspec.Struct, forbid_unknown_fields=True):
    """What an item needs of people: open, escalated or done."""

    state: ItemState


class MediaChange(msgspec.Struct, forbid_unknown_fields=True):
    """Whether comments are allowed below a media object."""

    comments_enabled: bool
    client_request_id: RequestId | None = None


class RulesRequest(msgspec.Struct, forbid_unknown_fields=True):
    """An account's rules in their order, each as `GET /instagram/rules` shows it.

    `version` is that of the rules which they replace; 0 or none if there are none yet.
    """

    rules: list[JsonObject]
    version: int | None = None


class RulesCheckRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A text, as it might be written; `rules` are tried instead of the stored ones."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_CHECKED_TEXT)]
    kind: ItemKind = ItemKind.COMMENT
    username: str | None = None
    author_id: str | None = None
    media: str | None = None
    product_type: str | None = None
    rules: list[JsonObject] | None = None


class RuleUndoRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The name of a rule, and since when what it did is taken back (RFC 3339 with an offset)."""

    rule: str
    since: str


def require_one_change(change: CommentChange) -> None:
    """Raise InvalidRequest unless a change of a comment says one thing."""
    if (change.hidden is None) == (change.state is None):
        raise InvalidRequest(
            "Send either hidden (true or false) or state (open, escalated or done).",
            code="invalid_change",
        )
