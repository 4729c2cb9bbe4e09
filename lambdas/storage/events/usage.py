"""How much of an event's quota is used: counters of one row, changed only in transactions.

`files` and `size` count what has arrived and what grants hold; `unsent_files` and `unsent_size`
count the latter alone, which is only ever a bounded share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.storage import keys
from lambdas.storage.rows import Row, from_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

UNSENT_SHARE = 10
"""Unsent grants hold at most one part in this many of an event's quota ..."""
MIN_UNSENT_FILES = 50
"""... but a full request always fits."""
MAX_DEVICE_FILES = 100
"""How many files one device may have announced and not sent."""


@dataclass(frozen=True)
class Quota:
    """How many files and bytes an event accepts, and the largest file."""

    files: int
    size: int
    max_file: int

    @property
    def unsent_files(self) -> int:
        """Return how many files unsent grants may hold."""
        return max(self.files // UNSENT_SHARE, MIN_UNSENT_FILES)

    @property
    def unsent_size(self) -> int:
        """Return how many bytes unsent grants may hold."""
        return max(self.size // UNSENT_SHARE, MIN_UNSENT_FILES * self.max_file)


@dataclass(frozen=True)
class Usage:
    """How many files and bytes of an event have arrived or are held by a grant."""

    files: int = 0
    size: int = 0


@dataclass(frozen=True)
class Unsent:
    """How many files and bytes of an event are held by grants whose bytes have not arrived."""

    unsent_files: int = 0
    unsent_size: int = 0


@dataclass(frozen=True)
class Change:
    """What a transaction adds to the counters."""

    files: int = 0
    size: int = 0
    unsent_files: int = 0
    unsent_size: int = 0


def arrived_of_row(row: Row) -> Usage:
    """Return what has arrived, without what grants hold: no announcement closes an event."""
    usage, unsent = from_row(Usage, row), from_row(Unsent, row)
    return Usage(usage.files - unsent.unsent_files, usage.size - unsent.unsent_size)


def read_usage(table: Table, event_id: str) -> Usage:
    """Return what is used, read consistently."""
    return from_row(Usage, _row(table, event_id))


def read_arrived(table: Table, event_id: str) -> Usage:
    """Return what has arrived, read consistently."""
    return arrived_of_row(_row(table, event_id))


def reserve_write(
    table: Table, event_id: str, change: Change, quota: Quota
) -> TransactWriteItemTypeDef:
    """Return the transaction write that takes files and bytes from the quota if they fit.

    A usage row that does not exist yet refuses nothing: the change itself must be within bounds.
    """
    update = _change(table, event_id, change)
    limits = {"files": quota.files, "size": quota.size}
    if change.unsent_files:
        limits |= {"unsent_files": quota.unsent_files, "unsent_size": quota.unsent_size}
    update["ConditionExpression"] = " AND ".join(
        f"(attribute_not_exists(#{name}) OR #{name} <= :{name}_before)" for name in limits
    )
    update["ExpressionAttributeValues"] = {
        **update["ExpressionAttributeValues"],
        **{f":{name}_before": limit - getattr(change, name) for name, limit in limits.items()},
    }
    return {"Update": update}


def change_write(table: Table, event_id: str, change: Change) -> TransactWriteItemTypeDef:
    """Return the transaction write that changes the counters unconditionally."""
    return {"Update": _change(table, event_id, change)}


def add_write(
    table: Table, key: dict[str, str], values: dict[str, int]
) -> TransactWriteItemTypeDef:
    """Return the transaction write that adds to columns of one row."""
    return {"Update": _addition(table, key, values)}


def _row(table: Table, event_id: str) -> Row:
    key = keys.row_key(event_id, keys.USAGE_ROW)
    return table.get_item(Key=key, ConsistentRead=True).get("Item", {})


def _change(table: Table, event_id: str, change: Change) -> UpdateTypeDef:
    values = {name: value for name, value in vars(change).items() if value}
    return _addition(table, keys.row_key(event_id, keys.USAGE_ROW), values)


def _addition(table: Table, key: dict[str, str], values: dict[str, int]) -> UpdateTypeDef:
    return {
        "TableName": table.name,
        "Key": key,
        "UpdateExpression": "ADD " + ", ".join(f"#{name} :{name}" for name in values),
        "ExpressionAttributeNames": {f"#{name}": name for name in values},
        "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
    }
