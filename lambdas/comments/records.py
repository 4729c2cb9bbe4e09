"""What is stored of the inbox: items, and the actions that people and rules took on them.

The records are packed (msgpack) into one column.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from lambdas.storage.packing import Packed

RETENTION = timedelta(days=400)
"""How long text is kept."""


class ItemKind(enum.StrEnum):
    """What an item is."""

    COMMENT = "comment"
    """Below the account's own media."""
    MENTION = "mention"
    """Of the account, in a caption or comment of another account."""
    MESSAGE = "message"


class ItemState(enum.StrEnum):
    """What an item needs of people."""

    OPEN = "open"
    ESCALATED = "escalated"
    DONE = "done"
    HIDDEN = "hidden"


class Origin(enum.StrEnum):
    """What brought an item here."""

    WEBHOOK = "webhook"
    BACKFILL = "backfill"
    ACTION = "action"
    """Written through this site."""


class Outcome(enum.StrEnum):
    """What a rule does."""

    HIDE = "hide"
    REPLY = "reply"
    PRIVATE_REPLY = "private_reply"
    ESCALATE = "escalate"
    DONE = "done"


class Decision(Packed, frozen=True, kw_only=True):
    """What a rule decided about an item, and why; `rule` is its name.

    `why` is a sentence for people. `passed` are sentences about rules that matched and did nothing:
    dry runs, and rules at their limits. `actions` are the ids of the actions that follow from it.
    `undone_at` is when people took it back.
    """

    at: datetime
    rules_version: int = 0
    rule: str | None = None
    why: str = ""
    outcomes: tuple[Outcome, ...] = ()
    passed: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    undone_at: datetime | None = None
    undone_by: str | None = None


class Escalation(Packed, frozen=True, kw_only=True):
    """A promise that a person looks at an item. `due_at` is when it is broken.

    `reported` says whether people have been notified, `overdue_reported` whether of the broken
    promise too.
    """

    at: datetime
    due_at: datetime
    by: str
    reported: bool = False
    overdue_reported: bool = False


class Attachment(Packed, frozen=True, kw_only=True):
    """A file of a message; `url` is Instagram's own address, which works for a few days."""

    type: str
    url: str | None = None


class Reaction(Packed, frozen=True, kw_only=True):
    """A reaction to a message; `at` orders those of an author, `emoji` is None once removed."""

    author_id: str
    at: datetime
    emoji: str | None = None


class Item(Packed, frozen=True, kw_only=True):
    """A comment, a mention or a message.

    `at` is when it was written. `thread` is the media object's id, or the id of the other person of
    messages. `author_id` is None where Instagram does not say. `is_own` is activity of the account
    itself, from here or from another app. `checked` says whether rules have been applied.
    `hidden` and `deleted_at` are what is so on Instagram. `connected_at` is when the connection
    was made that it was read with.
    """

    id: str
    account_id: str
    kind: ItemKind
    at: datetime
    received_at: datetime
    thread: str
    origin: Origin = Origin.WEBHOOK
    state: ItemState = ItemState.OPEN
    version: int = 0
    author_id: str | None = None
    username: str | None = None
    text: str | None = None
    media_id: str | None = None
    product_type: str | None = None
    parent_id: str | None = None
    is_own: bool = False
    is_live: bool = False
    is_standby: bool = False
    """Another app has the conversation: nothing is answered by rules."""
    hidden: bool = False
    deleted_at: datetime | None = None
    edits: int = 0
    mid: str | None = None
    """The id of a message on Instagram."""
    comment_id: str | None = None
    """The comment of a mention that is in one."""
    reply_to: str | None = None
    """The id of the message, or `story <id>`, that a message answers."""
    attachments: tuple[Attachment, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    checked: bool = False
    unread: str | None = None
    """Why its text could not be read; a sentence."""
    decision: Decision | None = None
    escalation: Escalation | None = None
    done_by: str | None = None
    connected_at: datetime | None = None


class ActionKind(enum.StrEnum):
    """What is done on Instagram."""

    REPLY = "reply"
    PRIVATE_REPLY = "private_reply"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    OPEN_COMMENTS = "open_comments"
    CLOSE_COMMENTS = "close_comments"
    MENTION_REPLY = "mention_reply"
    MESSAGE = "message"


class ActionState(enum.StrEnum):
    """How far an action is."""

    RECORDED = "recorded"
    """Not sent, or not known to have been."""
    DONE = "done"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    """It was sent, and whether it had its effect could not be found out; a person looks."""


class Intent(Packed, frozen=True, kw_only=True):
    """A call that is made, or whose answer was lost: it may have its effect at any time.

    `doubtful` says that the answer was lost for certain; `checks` counts how often the effect was
    looked for since.
    """

    at: datetime
    doubtful: bool = False
    checks: int = 0


class Failure(Packed, frozen=True, kw_only=True):
    """Why an action failed: a code for programs, a sentence for people."""

    code: str
    message: str
    at: datetime


class Action(Packed, frozen=True, kw_only=True):
    """Something that is done on Instagram once. `subject` is what it is about, see `keys.py`.

    `by` is the operator, or empty where `rule` is the name of the rule. `target` is the id that
    Instagram's call needs: of the comment, the media object or the person. `media_id` is needed by
    answers to mentions. `result_id` is the id of what was made. `undoes` is the id of the action
    that it takes back.
    """

    id: str
    account_id: str
    subject: str
    kind: ActionKind
    target: str
    created_at: datetime
    due_at: datetime
    item_id: str | None = None
    media_id: str | None = None
    text: str | None = None
    by: str = ""
    rule: str | None = None
    client_request_id: str | None = None
    state: ActionState = ActionState.RECORDED
    version: int = 0
    intent: Intent | None = None
    attempts: int = 0
    lost: int = 0
    """How often it was sent without an answer and without an effect that can be seen."""
    last_error: str | None = None
    result_id: str | None = None
    done_at: datetime | None = None
    failure: Failure | None = None
    undoes: str | None = None
    undone_by: str | None = None
    connected_at: datetime | None = None

    @property
    def is_settled(self) -> bool:
        """Return whether nothing more is done."""
        return self.state is not ActionState.RECORDED
