"""Host links: who may look after an event without an account, and the hashes of their secrets."""

from __future__ import annotations

import enum
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import update_if
from lambdas.storage.events.transactions import REFUSED, transact
from lambdas.storage.rows import Row, from_row, query_all, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import (
        DeleteTypeDef,
        PutTypeDef,
        TransactWriteItemTypeDef,
        UpdateTypeDef,
    )

SECRET_BYTES = 32
# How exactly the last use is known: a host's page asks every few seconds.
USE_NOTED_EVERY = timedelta(minutes=10)


class Role(enum.StrEnum):
    """What a host may do; each role may do what those before it may."""

    VIEWER = "viewer"
    """Sees what guests see, and takes it home."""
    MODERATOR = "moderator"
    """Sees all photos, and decides which of them guests see."""
    OWNER = "owner"
    """Also changes and deletes the event, and gives links to others."""

    def includes(self, other: Role) -> bool:
        """Return whether this role may do all that another may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class TooManyLinks(Exception):
    """An event has as many links as it may have."""


@dataclass(frozen=True, kw_only=True)
class HostLink:
    """A link. `secret_hash` is the SHA-256 of its secret, in hexadecimal; times are aware UTC."""

    event_id: str
    id: str
    role: Role
    label: str
    secret_hash: str = field(repr=False)
    created_at: datetime
    created_by: str
    rotated_at: datetime | None = None
    last_used_at: datetime | None = None

    def opens_with(self, secret: str) -> bool:
        """Return whether a secret is the link's, compared in constant time."""
        return hmac.compare_digest(self.secret_hash, _hash(secret))

    def with_new_secret(self) -> tuple[HostLink, str]:
        """Return the link with another secret, and the secret, which is stored nowhere."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        return replace(self, secret_hash=_hash(secret)), secret


@dataclass(frozen=True)
class HostLinkStore:
    """The host links of all events in one table."""

    table: Table

    def get(self, event_id: str, link_id: str) -> HostLink | None:
        """Return a link, read consistently, or None."""
        answer = self.table.get_item(Key=_key(event_id, link_id), ConsistentRead=True)
        row = answer.get("Item")
        return from_row(HostLink, row) if row else None

    def of_event(self, event_id: str) -> list[HostLink]:
        """Return an event's links, the oldest first."""
        in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id))
        links = Key(keys.SORT).begins_with(keys.HOST_PREFIX)
        rows = query_all(self.table, KeyConditionExpression=in_event & links, ConsistentRead=True)
        return sorted((from_row(HostLink, row) for row in rows), key=lambda one: one.created_at)

    def add(self, link: HostLink, note: TransactWriteItemTypeDef, most: int) -> bool:
        """Store a new link with `note` of it; return False if its id is taken.

        Raises TooManyLinks if the event has `most` links.
        """
        put = self._put(link)
        # Each refusal means that another link was added: after `most` of them there is no room.
        for _ in range(most + 1):
            added = self._added(link.event_id)
            if len(self.of_event(link.event_id)) >= most:
                raise TooManyLinks
            count = self._count(link.event_id, added)
            codes = transact(self.table, [{"Put": put}, note, {"Update": count}])
            if codes[2:] != [REFUSED]:
                return not codes
        return False

    def first(
        self, link: HostLink, note: TransactWriteItemTypeDef
    ) -> list[TransactWriteItemTypeDef]:
        """Return what stores the first link of a new event, with `note` of it."""
        count = self._count(link.event_id, 0)
        return [{"Put": self._put(link)}, note, {"Update": count}]

    def _put(self, link: HostLink) -> PutTypeDef:
        return {
            "TableName": self.table.name,
            "Item": _row(link),
            "ConditionExpression": "attribute_not_exists(pk)",
        }

    def _added(self, event_id: str) -> int:
        """Return how often links were added, read before the links are counted."""
        key = keys.row_key(event_id, keys.HOST_LINKS_ROW)
        row: Row = self.table.get_item(Key=key, ConsistentRead=True).get("Item", {})
        return int(row.get("added", 0))

    def _count(self, event_id: str, added: int) -> UpdateTypeDef:
        """Return the write that is refused if another link was added since `added` was read."""
        known = {":added": added} if added else {}
        return {
            "TableName": self.table.name,
            "Key": keys.row_key(event_id, keys.HOST_LINKS_ROW),
            "UpdateExpression": "SET #added = :next",
            "ConditionExpression": "#added = :added" if added else "attribute_not_exists(#added)",
            "ExpressionAttributeNames": {"#added": "added"},
            "ExpressionAttributeValues": {":next": added + 1, **known},
        }

    def replace(self, link: HostLink, secret_hash: str, note: TransactWriteItemTypeDef) -> bool:
        """Store a changed link with `note` of it.

        Return False unless it still has the secret it was read with.
        """
        put: PutTypeDef = {
            "TableName": self.table.name,
            "Item": _row(link),
            "ConditionExpression": "secret_hash = :known",
            "ExpressionAttributeValues": {":known": secret_hash},
        }
        return not transact(self.table, [{"Put": put}, note])

    def delete(self, event_id: str, link_id: str, note: TransactWriteItemTypeDef) -> bool:
        """Delete a link with `note` of it; return False if there was none."""
        delete: DeleteTypeDef = {
            "TableName": self.table.name,
            "Key": _key(event_id, link_id),
            "ConditionExpression": "attribute_exists(pk)",
        }
        return not transact(self.table, [{"Delete": delete}, note])

    def note_use(self, link: HostLink, now: datetime) -> None:
        """Record that a link is in use, once in a while."""
        if link.last_used_at and now - link.last_used_at < USE_NOTED_EVERY:
            return
        same = Attr("secret_hash").eq(link.secret_hash)
        put = {"last_used_at": to_sortable(now)}
        update_if(self.table, _key(link.event_id, link.id), same, put=put)


def new_link_id() -> str:
    """Return an id for a new link."""
    return secrets.token_hex(6)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(event_id: str, link_id: str) -> dict[str, str]:
    return keys.row_key(event_id, keys.HOST_PREFIX + link_id)


def _row(link: HostLink) -> Row:
    return {**_key(link.event_id, link.id), **to_row(link)}
