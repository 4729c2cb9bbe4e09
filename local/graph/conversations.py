"""Conversations of an account with people, and the messages in them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ID_PREFIX = "aWdf"
WINDOW = timedelta(hours=24)


@dataclass
class EmulatedMessage:
    """A message; `attachments` and `reply_to` are in the format of webhooks."""

    mid: str
    at: datetime
    is_own: bool
    text: str | None = None
    attachments: list[dict[str, object]] = field(default_factory=list)
    reply_to: dict[str, object] | None = None
    reaction: str | None = None
    is_deleted: bool = False


@dataclass
class EmulatedConversation:
    """All messages with one person, oldest first."""

    id: str
    person_id: str
    username: str
    messages: list[EmulatedMessage] = field(default_factory=list)
    is_blocked: bool = False
    """The person receives no messages of the account."""

    @property
    def shown(self) -> list[EmulatedMessage]:
        """Return the messages that were not taken back, newest first."""
        return [one for one in reversed(self.messages) if not one.is_deleted]

    @property
    def has_written(self) -> bool:
        """Return whether the person ever wrote."""
        return any(not one.is_own for one in self.messages)

    def is_open(self, now: datetime) -> bool:
        """Return whether the account may write."""
        times = [one.at for one in self.messages if not one.is_own]
        return bool(times) and now - max(times) <= WINDOW

    def find(self, mid: str) -> EmulatedMessage | None:
        """Return a message that was not taken back."""
        return next((one for one in self.messages if one.mid == mid and not one.is_deleted), None)


def conversation_id(account_id: str, person_id: str) -> str:
    """Return the id of a conversation."""
    name = f"ig_thread:{account_id}:{person_id}"
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")
