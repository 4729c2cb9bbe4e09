"""The timeline of an event: what guests may see, photos and posts in one list, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, Key

from lambdas.storage import keys
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


# Of a section: rows that one query looks at, and queries of one request.
LOOKED_AT, MAX_QUERIES = 500, 4
# Where a page starts.
START = (keys.PARTITION, keys.SORT, keys.TIMELINE_SORT)


def timeline_keys(event_id: str, taken_at: datetime, item_id: str) -> dict[str, str]:
    """Return the columns that put a row into the timeline, ordered by second and then by id."""
    return {
        keys.TIMELINE_PARTITION: keys.event_partition(event_id),
        keys.TIMELINE_SORT: f"{taken_at:%Y-%m-%dT%H:%M:%S}#{item_id}",
    }


@dataclass(frozen=True)
class TimelinePage:
    """Rows of one page, and where the next one starts (None: this was the last)."""

    rows: list[Row]
    next: dict[str, str] | None

    def first(self, count: int) -> TimelinePage:
        """Return a page of only the first rows, at least one; its `next` is behind them."""
        if count >= len(self.rows):
            return self
        last = self.rows[count - 1]
        return TimelinePage(self.rows[:count], {name: last[name] for name in START})


def read_timeline(
    table: Table,
    event_id: str,
    limit: int,
    start: Mapping[str, str] | None = None,
    section: str | None = None,
) -> TimelinePage:
    """Read one page of the timeline, or of a section. `start` is the `next` of the page before.

    A page of a section may hold fewer rows although others follow: one request looks at a bounded
    number of them.
    """
    query: dict[str, Any] = {
        "IndexName": keys.TIMELINE_INDEX,
        "KeyConditionExpression": Key(keys.TIMELINE_PARTITION).eq(keys.event_partition(event_id)),
        "ScanIndexForward": False,
    }
    if section:
        query["FilterExpression"] = Attr("section").eq(section)
    rows: list[Row] = []
    queries = 0
    while True:
        queries += 1
        if start:
            partition = {keys.TIMELINE_PARTITION: keys.event_partition(event_id)}
            query["ExclusiveStartKey"] = {**partition, **start}
        # One row more than requested shows whether another page follows.
        # The client, not the table: only clients may be shared by threads.
        most = LOOKED_AT if section else limit + 1 - len(rows)
        answer = table.meta.client.query(TableName=table.name, **query, Limit=most)
        rows += answer["Items"]
        following: Row | None = answer.get("LastEvaluatedKey")
        start = following
        if start is None or len(rows) > limit or (section and queries == MAX_QUERIES):
            break
    if len(rows) <= limit:
        return TimelinePage(rows, {name: start[name] for name in START} if start else None)
    return TimelinePage(rows, None).first(limit)
