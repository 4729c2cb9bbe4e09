"""The shapes of answers about the inbox. Times are RFC 3339 texts in UTC."""

from __future__ import annotations

import msgspec

from lambdas.comments.records import ActionKind, ActionState, ItemKind, ItemState, Outcome


class InboxAccountJson(msgspec.Struct, kw_only=True):
    """The account that an item was written to."""

    id: str
    username: str | None


class InboxAuthorJson(msgspec.Struct, kw_only=True):
    """Who wrote an item; an id of None is not said by Instagram. `is_own`: the account itself."""

    id: str | None
    username: str | None
    is_own: bool


class InboxMediaJson(msgspec.Struct, kw_only=True):
    """The media object that an item is below; `caption` is the beginning of its caption."""

    id: str
    permalink: str | None = None
    caption: str | None = None
    product_type: str | None = None
    comments_enabled: bool | None = None


class InboxAttachmentJson(msgspec.Struct, kw_only=True):
    """A file of a message; `url` is Instagram's own address, which works for a few days."""

    type: str
    url: str | None


class InboxReactionJson(msgspec.Struct, kw_only=True):
    """A reaction to a message."""

    author_id: str
    emoji: str
    at: str


class InboxWindowJson(msgspec.Struct, kw_only=True):
    """Until when a person's message can be answered; None if they never wrote."""

    closes_at: str | None
    is_open: bool


class InboxPrivateReplyJson(msgspec.Struct, kw_only=True):
    """The one private reply to a comment: until when it is possible, whether it was made."""

    until: str
    is_possible: bool
    sent: bool


class InboxDecisionJson(msgspec.Struct, kw_only=True):
    """What a rule decided and why; `passed` says why others that matched did nothing."""

    at: str
    rule: str | None
    rules_version: int
    why: str
    outcomes: list[Outcome]
    passed: list[str]
    undone_at: str | None
    undone_by: str | None


class InboxEscalationJson(msgspec.Struct, kw_only=True):
    """A promise that a person looks at the item by `due_at`."""

    at: str
    due_at: str
    overdue: bool
    by: str


class InboxFailureJson(msgspec.Struct, kw_only=True):
    """Why an action failed: a code for programs, a sentence for people."""

    code: str
    message: str


class InboxShortActionJson(msgspec.Struct, kw_only=True):
    """An action as lists show it; `sentence` says who did what, and how it ended."""

    id: str
    kind: ActionKind
    state: ActionState
    at: str
    sentence: str


class InboxActionJson(InboxShortActionJson, kw_only=True):
    """An action. `by` is the operator, or empty where `rule` is the name of a rule.

    `item_state` is what its item needs now; `trying_until_done`: it is tried again by itself.
    """

    text: str | None
    by: str
    rule: str | None
    client_request_id: str | None
    created_at: str
    done_at: str | None
    result_id: str | None
    failure: InboxFailureJson | None
    item_id: str | None
    item_state: ItemState | None
    trying_until_done: bool
    undoes: str | None
    undone_by: str | None


class InboxItemJson(msgspec.Struct, kw_only=True):
    """A comment, a mention or a message.

    `thread` is the media object's id, or that of the other person of messages. `answered`: the
    account has answered it, here or in another app. `unread` says why its text is missing.
    """

    id: str
    kind: ItemKind
    state: ItemState
    at: str
    received_at: str
    account: InboxAccountJson
    author: InboxAuthorJson
    text: str | None
    unread: str | None
    media: InboxMediaJson | None
    thread: str
    parent_id: str | None
    comment_id: str | None
    is_live: bool
    is_standby: bool
    hidden: bool
    deleted_at: str | None
    edits: int
    attachments: list[InboxAttachmentJson]
    reactions: list[InboxReactionJson]
    reply_to: str | None
    window: InboxWindowJson | None
    private_reply: InboxPrivateReplyJson | None
    answered: bool
    done_by: str | None
    decision: InboxDecisionJson | None
    escalation: InboxEscalationJson | None
    actions: list[InboxShortActionJson]


class InboxCountJson(msgspec.Struct, kw_only=True):
    """How many items there are; if not `is_exact`, there are more."""

    count: int
    is_exact: bool


class InboxCountsJson(msgspec.Struct, kw_only=True):
    """How many items wait for people."""

    open: InboxCountJson
    escalated: InboxCountJson


class InboxJson(msgspec.Struct, kw_only=True):
    """A page of the inbox, newest first. There may be more as long as `next` is not null.

    `searched_until` is set if the page ended because enough was searched: everything newer has been
    looked at. `counts` is there if it was asked for.
    """

    items: list[InboxItemJson]
    next: str | None
    searched_until: str | None = None
    counts: InboxCountsJson | None = None


class InboxItemDetailsJson(msgspec.Struct, kw_only=True):
    """An item with the thread around it, oldest first, and what was done with it.

    `thread_is_complete` is False if the thread has more items than those shown. Of a history that
    no answer can hold, the newest actions are shown.
    """

    item: InboxItemJson
    thread: list[InboxItemJson]
    thread_is_complete: bool
    history: list[InboxActionJson]


class UndoneJson(msgspec.Struct, kw_only=True):
    """What was taken back of one item; `stays` says what cannot be taken back."""

    item: InboxItemJson
    actions: list[InboxActionJson]
    stays: list[str]


class AuthorForgottenJson(msgspec.Struct, kw_only=True):
    """How many items were deleted; with `more` the same request deletes the rest."""

    deleted: int
    more: bool
