"""What webhooks report, as types. `account_id` is the account that an update is for.

An update that no type fits is a `Foreign` one: it is kept as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lambdas.comments.records import Attachment
from lambdas.kit.decoded import JsonObject


@dataclass(frozen=True, kw_only=True)
class CommentWritten:
    """A comment, perhaps below live video; perhaps the account's own, or hidden by a person."""

    account_id: str
    at: datetime
    comment_id: str
    media_id: str | None
    author_id: str | None
    username: str | None
    text: str | None
    product_type: str | None = None
    parent_id: str | None = None
    is_live: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Mentioned:
    """The account is mentioned in a caption, or in a comment. Its text has to be read."""

    account_id: str
    at: datetime
    media_id: str
    comment_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class MessageWritten:
    """A message, or a button that was pressed. `person_id` is the other side of the conversation.

    `is_own` is a message of the account itself. `is_standby`: another app has the conversation.
    """

    account_id: str
    at: datetime
    mid: str
    person_id: str
    is_own: bool = False
    text: str | None = None
    reply_to: str | None = None
    attachments: tuple[Attachment, ...] = ()
    is_unsupported: bool = False
    is_standby: bool = False


@dataclass(frozen=True, kw_only=True)
class MessageUnsent:
    """A person took a message back."""

    account_id: str
    at: datetime
    mid: str
    person_id: str


@dataclass(frozen=True, kw_only=True)
class MessageEdited:
    """A message has a new text; `edits` counts how often it was changed."""

    account_id: str
    at: datetime
    mid: str
    person_id: str
    text: str | None
    edits: int


@dataclass(frozen=True, kw_only=True)
class MessageReaction:
    """A reaction to a message; `emoji` is None if it was removed."""

    account_id: str
    at: datetime
    mid: str
    person_id: str
    author_id: str
    emoji: str | None


@dataclass(frozen=True, kw_only=True)
class Ignored:
    """An update that is known, and of no use here: a message that was seen, for example."""

    account_id: str
    field: str


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """An update that is not understood; `why` says what is unexpected, for people."""

    account_id: str
    at: datetime
    field: str
    value: JsonObject
    why: str


Update = (
    CommentWritten
    | Mentioned
    | MessageWritten
    | MessageUnsent
    | MessageEdited
    | MessageReaction
    | Ignored
    | Foreign
)
