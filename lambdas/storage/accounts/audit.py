"""The audit trail of an account: what happened to its connection, kept for 400 days. Functions may add to it, and nothing else."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.kit import aws
from lambdas.kit.clock import from_rfc3339, to_rfc3339
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import sortable

RETENTION = timedelta(days=400)
MAX_ENTRIES = 100


class Happening(enum.StrEnum):
    """What is put on record."""

    CONNECTED = "connected"
    REFRESHED = "refreshed"
    FAILED = "failed"
    RECONNECT_REQUIRED = "reconnect_required"
    DISCONNECTED = "disconnected"
    DEAUTHORIZED = "deauthorized"
    DELETION_REQUESTED = "deletion_requested"


@dataclass(frozen=True)
class AuditEntry:
    """One thing that happened. `details` are numbers, ids and sentences of ours; never a token."""

    account_id: str
    at: datetime
    happening: Happening
    details: dict[str, Any]
    key: str = ""
    """What tells entries of one account apart, in the order of time."""

    def to_json(self) -> dict[str, Any]:
        """As operators see it."""
        return {"at": to_rfc3339(self.at), "what": self.happening.value, **self.details}


class AuditTrail:
    """The trails of all accounts of a tenant, in a table of their own."""

    def __init__(self, table_name: str, tenant: str) -> None:
        self._name = table_name
        self._tenant = tenant

    def add(
        self, account_id: str, at: datetime, happening: Happening, **details: str | int | None
    ) -> None:
        """Adds an entry; details that are None are left out."""
        # To the microsecond: of two entries of one second the order counts.
        sort = f"{at.astimezone(UTC).isoformat(timespec='microseconds')}#{secrets.token_hex(8)}"
        known = {name: value for name, value in details.items() if value is not None}
        row: Any = {
            **keys.audit_key(self._tenant, account_id, sort),
            "at": sortable(at),
            "what": happening.value,
            "details": known,
            keys.EXPIRES: int((at + RETENTION).timestamp()),
        }
        aws.table(self._name).put_item(
            Item=row, ConditionExpression=f"attribute_not_exists({keys.PARTITION})"
        )

    def of(self, account_id: str, before: str | None = None) -> Iterator[AuditEntry]:
        """The newest entries of an account (of those before a key), newest first."""
        partition = keys.audit_key(self._tenant, account_id, "")[keys.PARTITION]
        page: Any = aws.table(self._name).query(
            KeyConditionExpression=f"{keys.PARTITION} = :partition"
            + (f" AND {keys.SORT} < :before" if before else ""),
            ExpressionAttributeValues={":partition": partition}
            | ({":before": before} if before else {}),
            ScanIndexForward=False,
            Limit=MAX_ENTRIES,
        )
        for row in page["Items"]:
            details = {
                name: int(value) if not isinstance(value, str) else value
                for name, value in row["details"].items()
            }
            yield AuditEntry(
                account_id, from_rfc3339(row["at"]), Happening(row["what"]), details, row[keys.SORT]
            )
