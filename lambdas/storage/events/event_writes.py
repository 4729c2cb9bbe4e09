"""Changes of operators' events: created, changed and deleted by one conditional write each.

A deleted event keeps a row without its words, so that its address answers that it is gone and is
never given to another event. The row stays listed as deleted until nothing is left of the event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from lambdas.kit.clock import from_rfc3339, to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import put_if, update_if
from lambdas.storage.events.event import DELETED_AT, Event
from lambdas.storage.events.transactions import transact
from lambdas.storage.rows import Row, from_row, query_all, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import (
        PutTypeDef,
        QueryInputTableQueryTypeDef,
        TransactWriteItemTypeDef,
    )

START = (keys.PARTITION, keys.SORT, keys.TIMELINE_SORT)


@dataclass(frozen=True)
class EventList:
    """Events of one page, and where the next one starts (None: this was the last)."""

    events: list[Event]
    next: dict[str, str] | None


@dataclass(frozen=True)
class DeletedEvent:
    """An event that was deleted and may still have rows and objects."""

    id: str
    deleted_at: datetime


@dataclass(frozen=True)
class EventWriter:
    """Writes the events of operators."""

    table: Table

    def is_free(self, event_id: str) -> bool:
        """Return whether an id neither is nor was an event's."""
        key = keys.row_key(event_id, keys.EVENT_ROW)
        return "Item" not in self.table.get_item(Key=key, ConsistentRead=True)

    def create(self, event: Event, also: Sequence[TransactWriteItemTypeDef] = ()) -> bool:
        """Store a new event with what belongs to it; return False if its id is or was another's."""
        put: PutTypeDef = {
            "TableName": self.table.name,
            "Item": _row(event),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        return not transact(self.table, [{"Put": put}, *also])

    def replace(
        self, event: Event, version: int, notes: Sequence[TransactWriteItemTypeDef]
    ) -> bool:
        """Store a changed event, with `notes` of it in the same transaction.

        Return False unless it still has the version it was read with.
        """
        put: PutTypeDef = {
            "TableName": self.table.name,
            "Item": _row(event),
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(#deleted)"
            " AND (#version = :version OR (:version = :none AND attribute_not_exists(#version)))",
            "ExpressionAttributeNames": {"#deleted": DELETED_AT, "#version": "version"},
            "ExpressionAttributeValues": {":version": version, ":none": 0},
        }
        return not transact(self.table, [{"Put": put}, *notes])

    def delete(self, event: Event, at: datetime, by: str, link_id: str | None = None) -> bool:
        """Leave only that the event was deleted, by whom and by which host link, if by one.

        Return False if it has changed since.
        """
        row: Row = {
            **keys.row_key(event.id, keys.EVENT_ROW),
            "id": event.id,
            "version": event.version + 1,
            DELETED_AT: to_sortable(at),
            "deleted_by": by,
            **({"deleted_by_link": link_id} if link_id else {}),
            keys.TIMELINE_PARTITION: keys.EVENTS_DELETED,
            keys.TIMELINE_SORT: f"{to_sortable(at)}#{event.id}",
        }
        return put_if(self.table, row, _unchanged(event.version))

    def page(self, limit: int, start: Mapping[str, str] | None) -> EventList:
        """Return up to `limit` events, those that start last first."""
        query: QueryInputTableQueryTypeDef = {
            "IndexName": keys.TIMELINE_INDEX,
            "KeyConditionExpression": Key(keys.TIMELINE_PARTITION).eq(keys.EVENTS),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if start:
            query["ExclusiveStartKey"] = {keys.TIMELINE_PARTITION: keys.EVENTS, **start}
        answer = self.table.query(**query)
        last: Row = answer.get("LastEvaluatedKey", {})
        following = {name: str(last[name]) for name in START} if last else None
        return EventList([from_row(Event, row) for row in answer["Items"]], following)

    def deleted(self) -> Iterator[DeletedEvent]:
        """Return the deleted events of which something may be left, the oldest first."""
        listed = Key(keys.TIMELINE_PARTITION).eq(keys.EVENTS_DELETED)
        rows = query_all(self.table, IndexName=keys.TIMELINE_INDEX, KeyConditionExpression=listed)
        return (DeletedEvent(row["id"], from_rfc3339(row[DELETED_AT])) for row in rows)

    def forget(self, event_id: str) -> None:
        """Take a deleted event, of which nothing is left, off the list."""
        key = keys.row_key(event_id, keys.EVENT_ROW)
        listed = (keys.TIMELINE_PARTITION, keys.TIMELINE_SORT)
        update_if(self.table, key, Attr(DELETED_AT).exists(), remove=listed)


def _row(event: Event) -> Row:
    return {
        **keys.row_key(event.id, keys.EVENT_ROW),
        **to_row(event),
        keys.TIMELINE_PARTITION: keys.EVENTS,
        keys.TIMELINE_SORT: f"{to_sortable(event.starts_at)}#{event.id}",
    }


def _unchanged(version: int) -> ConditionBase:
    """Return the condition that an event is there and has a version; a row without one has 0."""
    known = Attr("version").eq(version)
    same = known | Attr("version").not_exists() if version == 0 else known
    return Attr(keys.PARTITION).exists() & Attr(DELETED_AT).not_exists() & same
