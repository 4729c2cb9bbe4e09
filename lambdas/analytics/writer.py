"""Writing an account's numbers.

Every write is one transaction with the check that the account's data is not being deleted, and with
a new revision of the account: no computed answer outlives a change of its rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.analytics import keys
from lambdas.analytics.reader import UNIT_COLUMN, packed
from lambdas.analytics.records import Packed, Profile, Unit, UnitStatus
from lambdas.kit.clock import to_sortable
from lambdas.storage.conditional import update_if
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.transactions import transact
from lambdas.storage.keys import EXPIRES
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# 25 months.
RETENTION = timedelta(days=762)
# DynamoDB takes 100 writes in a transaction; two are the mark's check and the revision.
MAX_ROWS = 98


class DataDeleted(Exception):
    """The account's data must be deleted: nothing of it may be written."""


@dataclass(frozen=True)
class Change:
    """One row to write: its sort key, its record or columns, and from when it is kept 25 months."""

    sort: str
    kept_from: datetime
    record: Packed | None = None
    columns: Mapping[str, object] | None = None


@dataclass(frozen=True)
class NumbersWriter:
    """Writes the rows of one account, read with a connection that was made at `connected_at`."""

    table: Table
    marks: DeletionMarks
    tenant: str
    account_id: str
    connected_at: datetime | None

    def write(self, changes: Sequence[Change], columns: Mapping[str, object] | None = None) -> None:
        """Write rows, and columns of the account's state. Raises DataDeleted.

        Of many rows the first ones may be written when an error stops it: every row is complete in
        itself, and writing them again changes nothing.
        """
        for start in range(0, max(len(changes), 1), MAX_ROWS):
            writes = [*self._heading(columns or {})]
            writes += [self._put(change) for change in changes[start : start + MAX_ROWS]]
            if transact(self.table, writes):
                raise DataDeleted

    def write_profile(self, profile: Profile) -> None:
        """Write the account's profile. Raises DataDeleted."""
        self.write([], {"profile": packed(profile)})

    def set_zone(self, time_zone: str) -> None:
        """Write the account's zone. Raises DataDeleted."""
        self.write([], {"time_zone": time_zone})

    def record(self, unit: Unit, status: UnitStatus) -> None:
        """Record how a unit is doing, unless the account's rows are gone."""
        from boto3.dynamodb.conditions import Attr

        key = keys.row_key(self.tenant, self.account_id, keys.ACCOUNT)
        column = {UNIT_COLUMN + unit.value: packed(status)}
        if not update_if(self.table, key, Attr("revision").exists(), put=column):
            self.write([], column)

    def _heading(self, columns: Mapping[str, object]) -> Iterator[TransactWriteItemTypeDef]:
        yield {"ConditionCheck": self.marks.check(self.account_id, self.connected_at)}
        values: dict[str, Any] = {"revision": uuid.uuid4().hex, **columns}
        names = {f"#c{index}": name for index, name in enumerate(values)}
        sets = ", ".join(f"{holder} = :{holder[1:]}" for holder in names)
        yield {
            "Update": {
                "TableName": self.table.name,
                "Key": keys.row_key(self.tenant, self.account_id, keys.ACCOUNT),
                "UpdateExpression": f"SET {sets}",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": {
                    f":c{index}": value for index, value in enumerate(values.values())
                },
            }
        }

    def _put(self, change: Change) -> TransactWriteItemTypeDef:
        row: Row = {
            **keys.row_key(self.tenant, self.account_id, change.sort),
            EXPIRES: int((change.kept_from + RETENTION).timestamp()),
            **(change.columns or {}),
        }
        if change.record is not None:
            row[keys.BODY] = packed(change.record)
        return {"Put": {"TableName": self.table.name, "Item": row}}


def first_collection(at: datetime) -> dict[str, object]:
    """Return the column that says since when the account's numbers are collected."""
    return {"first_collected_at": to_sortable(at)}
