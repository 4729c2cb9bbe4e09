"""Messages to hosts that are to be sent: a row each, until it was sent or given up.

A row says what kind of message and where to, not its words: these are made when it is sent.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import delete_if, put_if, update_if
from lambdas.storage.events.event import Event
from lambdas.storage.rows import Row, from_row, query_all, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

MAX_TRIES = 5
# After the first try, the second, and so on; the last only follows a crash in the last try.
GAPS = tuple(timedelta(minutes=one) for one in (5, 15, 45, 120, 5))


class Kind(enum.StrEnum):
    """What a message is about; the values are `type` in the body of webhooks."""

    PHOTOS_WAITING = "photos_waiting"
    SUMMARY = "summary"
    DELETION_REMINDER = "deletion_reminder"


class Channel(enum.StrEnum):
    """How a message reaches a host. Mails come first: they take less time than webhooks."""

    MAIL = "mail"
    WEBHOOK = "webhook"


@dataclass(frozen=True)
class Outgoing:
    """A message: how often it was tried, and when it is tried next."""

    event_id: str
    kind: Kind
    channel: Channel
    next_at: datetime
    tries: int = 0

    @property
    def key(self) -> dict[str, str]:
        """Return the row's primary key."""
        return keys.host_message_key(self.event_id, f"{self.kind}#{self.channel}")

    def to_row(self) -> Row:
        """Return the row as DynamoDB stores it."""
        return {**self.key, **to_row(self)}


@dataclass(frozen=True)
class Outbox:
    """The messages of all events."""

    table: Table

    def add(self, event: Event, kind: Kind, now: datetime) -> None:
        """Add a message for each address of an event, unless the same is there already."""
        for channel in channels_of(event):
            new = Outgoing(event.id, kind, channel, now.replace(microsecond=0))
            put_if(self.table, new.to_row(), Attr(keys.PARTITION).not_exists())

    def due(self, now: datetime) -> list[Outgoing]:
        """Return the messages whose time has come: mails first, then by their time."""
        listed = Key(keys.PARTITION).eq(keys.HOST_MESSAGES)
        due = Attr("next_at").lte(to_sortable(now))
        rows = query_all(
            self.table, KeyConditionExpression=listed, FilterExpression=due, ConsistentRead=True
        )
        found = [from_row(Outgoing, row) for row in rows]
        return sorted(found, key=lambda one: (one.channel, one.next_at))

    def begin(self, message: Outgoing, now: datetime) -> Outgoing | None:
        """Count a try before it is made, so that none is endless; None if another run was first."""
        next_at = (now + GAPS[message.tries]).replace(microsecond=0)
        begun = replace(message, tries=message.tries + 1, next_at=next_at)
        put = {"tries": begun.tries, "next_at": to_sortable(next_at)}
        same = Attr("tries").eq(message.tries)
        return begun if update_if(self.table, message.key, same, put=put) else None

    def remove(self, message: Outgoing) -> None:
        """Delete a message that was sent or is given up."""
        delete_if(self.table, message.key, Attr("tries").eq(message.tries))


def channels_of(event: Event) -> list[Channel]:
    """Return how messages reach the hosts of an event."""
    addresses = {Channel.MAIL: event.notify_email, Channel.WEBHOOK: event.notify_webhook}
    return [channel for channel, address in addresses.items() if address]
