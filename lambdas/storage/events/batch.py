"""Reading many rows of one event at once."""

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
    names = list(dict.fromkeys(sort_keys))
    chunks = (names[start : start + MAX_KEYS] for start in range(0, len(names), MAX_KEYS))
    return {
        row[keys.SORT]: row
        for chunk in chunks
        for row in _chunk(table, [keys.row_key(event_id, name) for name in chunk], consistent)
    }


def _chunk(table: Table, wanted: Sequence[Row], consistent: bool) -> Iterator[Row]:
    while wanted:
        answer = table.meta.client.batch_get_item(
            RequestItems={table.name: {"Keys": wanted, "ConsistentRead": consistent}}
        )
        yield from answer["Responses"].get(table.name, [])
        unread = answer.get("UnprocessedKeys", {}).get(table.name)
        wanted = unread["Keys"] if unread else []
