"""Which webhook fields are wanted: those that the account's permissions allow.

Source: "Webhooks" in the platform's reference.
"""

from __future__ import annotations

from lambdas.comments.accounts import InboxAccount
from lambdas.graph.capability import Capability
from lambdas.graph.login_type import platform_of

COMMENT_FIELDS = ("comments", "live_comments")
# `standby` brings messages of conversations that another app has.
OPTIONAL_FIELDS = ("standby",)
MESSAGE_FIELDS = (
    "messages",
    "message_reactions",
    "messaging_postbacks",
    "message_edit",
    *OPTIONAL_FIELDS,
)
# A Page knows its own fields only: any of them makes Instagram's webhooks of the Page's account
# arrive, whose fields are those of the app.
PAGE_FIELDS = ("feed",)
PAGE_MESSAGE_FIELDS = ("messages", "messaging_postbacks")
APP_FIELDS = (
    "comments",
    "live_comments",
    "mentions",
    "messages",
    "message_reactions",
    "messaging_postbacks",
)


def may_read_comments(account: InboxAccount) -> bool:
    """Return whether an account may read comments; so it may if its permissions are unknown."""
    return _has(account, Capability.COMMENTS) or not account.scopes


def may_read_messages(account: InboxAccount) -> bool:
    """Return whether an account may read messages."""
    return _has(account, Capability.MESSAGES)


def wanted_fields(account: InboxAccount) -> tuple[str, ...]:
    """Return the fields to subscribe an account to, or its Page."""
    comments: tuple[str, ...] = PAGE_FIELDS if account.page_id else COMMENT_FIELDS
    messages: tuple[str, ...] = PAGE_MESSAGE_FIELDS if account.page_id else MESSAGE_FIELDS
    wanted = comments if may_read_comments(account) else ()
    return wanted + (messages if may_read_messages(account) else ())


def _has(account: InboxAccount, capability: Capability) -> bool:
    return platform_of(account.login_type).permission_of(capability) in account.scopes
