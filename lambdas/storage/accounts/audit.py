"""The audit trail of an account: what happened to its connection, kept for 400 days.

Functions may add to it, and nothing else.
"""

from __future__ import annotations

import enum
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import to_rfc3339
from lambdas.storage import keys
from lambdas.storage.conditional import put_if
from lambdas.storage.rows import from_row, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

RETENTION = timedelta(days=400)
MAX_ENTRIES = 100
Detail = str | int


class Happening(enum.StrEnum):
    """What is recorded."""

    CONNECTED = "connected"
    REFRESHED = "refreshed"
    FAILED = "failed"
    RECONNECT_REQUIRED = "reconnect_required"
    RECOVERED = "recovered"
    DISCONNECTED = "disconnected"
    DEAUTHORIZED = "deauthorized"
    DELETION_REQUESTED = "deletion_requested"


@dataclass(frozen=True)
class AuditEntry:
    """One entry. `details` are numbers, ids and sentences of ours; never a token.

    `key` identifies an entry of its account and sorts by time.
    """

    account_id: str
    at: datetime
    what: Happening
    details: Mapping[str, Detail] = field(default_factory=dict)
    key: str = ""

    def to_json(self) -> dict[str, Detail]:
        """Return the entry as operators see it."""
        return {"at": to_rfc3339(self.at), "what": self.what.value, **self.details}


class AuditTrail:
    """The trails of all accounts of a tenant, in a table of their own."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._tenant = tenant

    def add(self, account_id: str, at: datetime, what: Happening, **details: Detail | None) -> None:
        """Add an entry; details that are None are left out."""
        # To the microsecond, to keep the order of two entries of one second.
        sort = f"{at.astimezone(UTC).isoformat(timespec='microseconds')}#{secrets.token_hex(8)}"
        known = {name: value for name, value in details.items() if value is not None}
        row = {
            **to_row(AuditEntry(account_id, at, what, known, sort)),
            **keys.audit_key(self._tenant, account_id, sort),
            keys.EXPIRES: int((at + RETENTION).timestamp()),
        }
        # An entry is never replaced.
        if not put_if(self._table, row, Attr(keys.PARTITION).not_exists()):
            raise RuntimeError("an audit entry of this key exists")

    def of(self, account_id: str, before: str | None = None) -> Iterator[AuditEntry]:
        """Return the newest entries of an account (before a key), newest first, at most 100."""
        partition = keys.audit_key(self._tenant, account_id, "")[keys.PARTITION]
        condition = Key(keys.PARTITION).eq(partition)
        page = self._table.query(
            KeyConditionExpression=condition & Key(keys.SORT).lt(before) if before else condition,
            ScanIndexForward=False,
            Limit=MAX_ENTRIES,
        )
        return (from_row(AuditEntry, row) for row in page["Items"])
