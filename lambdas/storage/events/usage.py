"""How much of an event's quota is used: two counters in one row, changed only in transactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.storage import keys
from lambdas.storage.rows import from_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class Quota:
    """How many files and bytes an event accepts."""

    files: int
    size: int

    def could_hold(self, files: int, size: int) -> bool:
        """Return whether this much would fit into an empty event."""
        return files <= self.files and size <= self.size


@dataclass(frozen=True)
class Usage:
    """How many files and bytes of an event have been granted and not returned."""

    files: int = 0
    size: int = 0


def read_usage(table: Table, event_id: str) -> Usage:
    """Return what is used, read consistently."""
    key = keys.row_key(event_id, keys.USAGE_ROW)
    return from_row(Usage, table.get_item(Key=key, ConsistentRead=True).get("Item", {}))


def reserve_write(
    table: Table, event_id: str, files: int, size: int, quota: Quota
) -> dict[str, Any]:
    """Return the transaction write that takes files and bytes from the quota if they fit.

    Ask `quota.could_hold` first: a usage row that does not exist yet refuses nothing.
    """
    update = _change(table, event_id, files, size)
    update["ConditionExpression"] = (
        "(attribute_not_exists(#files) OR #files <= :files_before)"
        " AND (attribute_not_exists(#size) OR #size <= :size_before)"
    )
    update["ExpressionAttributeValues"] |= {
        ":files_before": quota.files - files,
        ":size_before": quota.size - size,
    }
    return {"Update": update}


def release_write(table: Table, event_id: str, files: int, size: int) -> dict[str, Any]:
    """Return the transaction write that gives files and bytes back."""
    return {"Update": _change(table, event_id, -files, -size)}


def _change(table: Table, event_id: str, files: int, size: int) -> dict[str, Any]:
    return {
        "TableName": table.name,
        "Key": keys.row_key(event_id, keys.USAGE_ROW),
        "UpdateExpression": "ADD #files :files, #size :size",
        "ExpressionAttributeNames": {"#files": "files", "#size": "size"},
        "ExpressionAttributeValues": {":files": files, ":size": size},
    }
