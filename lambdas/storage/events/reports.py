"""Guests' reports of photos: kept until the photo or its event is deleted for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.storage import keys
from lambdas.storage.events.transactions import transact
from lambdas.storage.rows import Row, from_row, query_all, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# Reports of one photo that the host reads; more of them say nothing new.
MAX_READ = 20


@dataclass(frozen=True)
class Report:
    """One report; the guest who made it is known by the hash of their device's key alone."""

    event_id: str
    photo_id: str
    device: str
    reason: str
    text: str
    at: datetime


@dataclass(frozen=True)
class ReportStore:
    """The reports of all events in one table."""

    table: Table

    def write(self, report: Report) -> TransactWriteItemTypeDef:
        """Return the write of a report; a later one of the same device replaces it."""
        sort = f"{keys.REPORT_PREFIX}{report.photo_id}#{report.device}"
        row: Row = {**keys.row_key(report.event_id, sort), **to_row(report)}
        return {"Put": {"TableName": self.table.name, "Item": row}}

    def run(self, writes: Sequence[TransactWriteItemTypeDef]) -> None:
        """Store a report with what belongs to it, where the photo does not change."""
        transact(self.table, writes)

    def of_photo(self, event_id: str, photo_id: str) -> list[Report]:
        """Return the reports of a photo, up to `MAX_READ`."""
        answer = self.table.query(
            **_of(event_id, photo_id),  # type: ignore[arg-type]
            Limit=MAX_READ,
            ConsistentRead=True,
        )
        return [from_row(Report, row) for row in answer["Items"]]

    def delete(self, event_id: str, photo_id: str) -> None:
        """Delete the reports of a photo. This can be repeated."""
        for row in list(query_all(self.table, **_of(event_id, photo_id), ConsistentRead=True)):  # type: ignore[arg-type]
            self.table.delete_item(Key=keys.row_key(event_id, str(row[keys.SORT])))


def _of(event_id: str, photo_id: str) -> dict[str, object]:
    in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id))
    of_photo = Key(keys.SORT).begins_with(f"{keys.REPORT_PREFIX}{photo_id}#")
    return {"KeyConditionExpression": in_event & of_photo}
