"""Reading many rows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lambdas.storage import keys
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# The most that BatchGetItem accepts. Source: DynamoDB API reference.
MAX_KEYS = 100


def get_rows(
    table: Table, event_id: str, sort_keys: Sequence[str], *, consistent: bool = True
) -> dict[str, Row]:
    """Return those of an event's rows that exist, by sort key."""
    wanted = [keys.row_key(event_id, name) for name in dict.fromkeys(sort_keys)]
    return {row[keys.SORT]: row for row in get_many(table, wanted, consistent=consistent)}


def get_many(table: Table, wanted: Sequence[Row], *, consistent: bool = True) -> Iterator[Row]:
    """Return those rows that exist, of different keys."""
    for start in range(0, len(wanted), MAX_KEYS):
        yield from _chunk(table, wanted[start : start + MAX_KEYS], consistent)


def _chunk(table: Table, wanted: Sequence[Row], consistent: bool) -> Iterator[Row]:
    while wanted:
        answer = table.meta.client.batch_get_item(
            RequestItems={table.name: {"Keys": wanted, "ConsistentRead": consistent}}
        )
        yield from answer["Responses"].get(table.name, [])
        unread = answer.get("UnprocessedKeys", {}).get(table.name)
        wanted = unread["Keys"] if unread else []
