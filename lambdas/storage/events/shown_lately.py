"""What appeared on an event's page lately, by the time it appeared: a row for each.

The timeline is ordered by the time a photo was taken. A photo of an hour ago that appears now may
be far down in it, where nothing that follows the timeline's beginning finds it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.storage import keys
from lambdas.storage.events.batch import get_rows
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

KEPT = timedelta(days=1)


def appearance(
    table: Table, event_id: str, item_row: str, now: datetime
) -> TransactWriteItemTypeDef:
    """Return the write which says that a photo or post appears; `item_row` is its sort key."""
    row: Row = {
        **keys.row_key(event_id, keys.appearance_row(now, item_row)),
        "item": item_row,
        keys.EXPIRES: int((now + KEPT).timestamp()),
    }
    return {"Put": {"TableName": table.name, "Item": row}}


def shown_lately(table: Table, event_id: str, limit: int, known: Collection[str]) -> list[Row]:
    """Return the rows of those of the last `limit` that appeared which guests may see now.

    They are in the order of the timeline, the newest first; those with ids in `known` are left out.
    """
    answer = table.query(
        KeyConditionExpression=Key(keys.PARTITION).eq(keys.event_partition(event_id))
        & Key(keys.SORT).begins_with(keys.APPEARANCE_PREFIX),
        ScanIndexForward=False,
        Limit=limit,
    )
    names = [str(row["item"]) for row in answer["Items"]]
    rows = get_rows(table, event_id, [one for one in names if one.partition("#")[2] not in known])
    # What leaves the page leaves the timeline.
    shown = [row for row in rows.values() if keys.TIMELINE_SORT in row]
    return sorted(shown, key=lambda row: str(row[keys.TIMELINE_SORT]), reverse=True)
