"""How much of an event's quota is used: two counters in one row, changed only inside transactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lambdas.kit import aws
from lambdas.storage import keys


@dataclass(frozen=True)
class Quota:
    """How many files and bytes an event takes."""

    files: int
    size: int

    def could_hold(self, files: int, size: int) -> bool:
        """Whether so much would fit into an event that is empty."""
        return files <= self.files and size <= self.size


@dataclass(frozen=True)
class Usage:
    """How many files and bytes an event has granted and not given back."""

    files: int
    size: int


def read_usage(table_name: str, event_id: str) -> Usage:
    """What is used, read consistently."""
    key = keys.row_key(event_id, keys.USAGE_ROW)
    row = aws.table(table_name).get_item(Key=key, ConsistentRead=True).get("Item", {})
    return Usage(int(row.get("files", 0)), int(row.get("size", 0)))  # type: ignore[arg-type]


def quota_reserved(
    table_name: str, event_id: str, files: int, size: int, quota: Quota
) -> dict[str, Any]:
    """The write of a transaction that takes files and bytes from the quota, refused if they do not fit.

    What could not fit into an empty event must not come here: a row that is not there yet refuses nothing.
    """
    fits = "(attribute_not_exists(#files) OR #files <= :files_before) AND (attribute_not_exists(#size) OR #size <= :size_before)"
    update = _added(table_name, event_id, files, size)
    update["ConditionExpression"] = fits
    update["ExpressionAttributeValues"] |= {
        ":files_before": quota.files - files,
        ":size_before": quota.size - size,
    }
    return {"Update": update}


def quota_returned(table_name: str, event_id: str, files: int, size: int) -> dict[str, Any]:
    """The write of a transaction that gives files and bytes back."""
    return {"Update": _added(table_name, event_id, -files, -size)}


def _added(table_name: str, event_id: str, files: int, size: int) -> dict[str, Any]:
    return {
        "TableName": table_name,
        "Key": keys.row_key(event_id, keys.USAGE_ROW),
        "UpdateExpression": "ADD #files :files, #size :size",
        "ExpressionAttributeNames": {"#files": "files", "#size": "size"},
        "ExpressionAttributeValues": {":files": files, ":size": size},
    }
