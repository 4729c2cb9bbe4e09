"""Conditional writes: True if the write was made, False if its condition refused it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import ConditionBase
from botocore.exceptions import ClientError

from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

Key = Mapping[str, str]


def put_if(table: Table, row: Row, condition: ConditionBase) -> bool:
    """Write a row unless the condition refuses it."""
    return _made(lambda: table.put_item(Item=dict(row), ConditionExpression=condition))


def delete_if(table: Table, key: Key, condition: ConditionBase) -> bool:
    """Delete a row unless the condition refuses it."""
    return _made(lambda: table.delete_item(Key=dict(key), ConditionExpression=condition))


def update_if(
    table: Table,
    key: Key,
    condition: ConditionBase | None,
    *,
    put: Mapping[str, object] | None = None,
    remove: tuple[str, ...] = (),
) -> bool:
    """Set the columns in `put` and delete those in `remove`, unless the condition refuses it."""
    values = dict(put or {})
    # boto3 names the placeholders of the condition `#n0` and `:v0`.
    names = {f"#c{index}": name for index, name in enumerate((*values, *remove))}
    holders = list(names)
    sets = [f"{holder} = :p{index}" for index, holder in enumerate(holders[: len(values)])]
    parts = [f"SET {', '.join(sets)}"] if sets else []
    parts += [f"REMOVE {', '.join(holders[len(values) :])}"] if remove else []
    request: dict[str, Any] = {
        "Key": dict(key),
        "UpdateExpression": " ".join(parts),
        "ExpressionAttributeNames": names,
    }
    if values:
        request["ExpressionAttributeValues"] = {
            f":p{index}": value for index, value in enumerate(values.values())
        }
    if condition is not None:
        request["ConditionExpression"] = condition
    return _made(lambda: table.update_item(**request))


def condition_failed(error: ClientError) -> bool:
    """Return whether a single write was refused by its own condition."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def cancellation_codes(error: ClientError) -> list[str]:
    """Return why each write of a cancelled transaction was refused; empty for other errors."""
    return [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]


def _made(write: Callable[[], object]) -> bool:
    try:
        write()
    except ClientError as error:
        if condition_failed(error):
            return False
        raise
    return True
