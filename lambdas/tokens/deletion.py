"""Requests of Instagram users to delete their data, and their state."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import put_if, update_if
from lambdas.storage.rows import Row, from_row, query_all, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

RETENTION = timedelta(days=400)


class DeletionState(enum.StrEnum):
    """The state of a request."""

    REQUESTED = "requested"
    DONE = "done"


@dataclass(frozen=True)
class Deletion:
    """A request as its status page shows it. Who made it is not kept; `accounts` is a number."""

    code: str
    requested_at: datetime
    accounts: int
    state: DeletionState = DeletionState.REQUESTED
    done_at: datetime | None = None


@dataclass(frozen=True)
class OpenDeletion:
    """A request that is not done, with the accounts whose data is to be deleted.

    `person_id` is who made it, until all of their accounts are known and the deletion of what they
    wrote was requested (`written`). `issued_at` is when Meta signed it. `late_ids` are accounts
    that were found to be theirs only at `late_at`.
    """

    code: str
    requested_at: datetime
    account_ids: tuple[str, ...]
    person_id: str | None = None
    issued_at: datetime | None = None
    written: bool = False
    late_ids: tuple[str, ...] = ()
    late_at: datetime | None = None

    def accounts(self) -> dict[str, datetime]:
        """Return all accounts, each with the time until which its data is to be deleted."""
        late = dict.fromkeys(self.late_ids, self.late_at or self.requested_at)
        return late | dict.fromkeys(self.account_ids, self.requested_at)


class Deletions:
    """The requests, in the table of tokens."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._tenant = tenant

    def open(self, opened: OpenDeletion) -> Deletion:
        """Store a request, unless it is known; return it as it is stored."""
        if known := self.get(opened.code):
            return known
        # First what a sweep continues from, then what the status page shows.
        self.update(opened)
        deletion = Deletion(opened.code, opened.requested_at, len(opened.account_ids))
        expires = {keys.EXPIRES: int((opened.requested_at + RETENTION).timestamp())}
        row = {**_key(opened.code), **to_row(deletion), **expires}
        put_if(self._table, row, Attr(keys.PARTITION).not_exists())
        return self.get(opened.code) or deletion

    def get(self, code: str) -> Deletion | None:
        """Return the request of a code, or None."""
        row = self._table.get_item(Key=_key(code), ConsistentRead=True).get("Item")
        return from_row(Deletion, row) if row else None

    def opened(self) -> Iterator[OpenDeletion]:
        """Return all requests that are not done."""
        partition = Key(keys.PARTITION).eq(self._open_key("")[keys.PARTITION])
        rows = query_all(self._table, KeyConditionExpression=partition, ConsistentRead=True)
        return (from_row(OpenDeletion, row) for row in rows)

    def update(self, opened: OpenDeletion) -> None:
        """Store what is left of a request."""
        self._table.put_item(Item=self._open_key(opened.code) | to_row(opened))

    def count(self, opened: OpenDeletion) -> None:
        """Let the status page say how many accounts a request means."""
        accounts = {"accounts": len(opened.accounts())}
        update_if(self._table, _key(opened.code), Attr(keys.PARTITION).exists(), put=accounts)

    def close(self, code: str, at: datetime) -> None:
        """Record that a request is done, and forget which accounts it meant."""
        done = {"state": DeletionState.DONE.value, "done_at": to_sortable(at)}
        update_if(self._table, _key(code), Attr(keys.PARTITION).exists(), put=done)
        self._table.delete_item(Key=self._open_key(code))

    def _open_key(self, code: str) -> Row:
        return {keys.PARTITION: f"DELETIONS#{self._tenant}", keys.SORT: f"OPEN#{code}"}


def _key(code: str) -> dict[str, str]:
    return keys.single_key("DELETION", code)
