"""Guests' reports of photos: a report hides the photo at once and asks the host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.api.rate_limit import RateLimiter
from lambdas.api.routing import Limit
from lambdas.guests.caring.notice_queue import NoticeQueue
from lambdas.guests.photo_objects import PhotoObjects
from lambdas.guests.views import ReportedJson, ReportRequest
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, NotFound
from lambdas.storage import keys
from lambdas.storage.events.event import Event
from lambdas.storage.events.host_audit import Entry, HostAudit
from lambdas.storage.events.photo import PhotoState, Reason
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.rows import Row, from_row, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# In an hour. A report takes a photo from everyone: a stranger must not empty a page with it.
MAX_BY_ADDRESS = 10
MAX_OF_EVENT = 60
HOUR = 3600
# Reports of one photo that the host reads; more of them say nothing new.
MAX_READ = 20
HIDDEN = "Thank you. The photo is hidden now, and the host will look at it."
KEPT = "Thank you. The host has looked at this photo before, and will look again."


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

    def add(self, report: Report) -> None:
        """Store a report by itself."""
        self.table.put_item(Item=self.write(report)["Put"]["Item"])

    def of_photos(self, event_id: str, photo_ids: Sequence[str]) -> dict[str, list[Report]]:
        """Return the reports of photos, by photo."""
        return {photo_id: self._of(event_id, photo_id) for photo_id in photo_ids}

    def _of(self, event_id: str, photo_id: str) -> list[Report]:
        condition = Key(keys.PARTITION).eq(keys.event_partition(event_id)) & Key(
            keys.SORT
        ).begins_with(f"{keys.REPORT_PREFIX}{photo_id}#")
        answer = self.table.query(KeyConditionExpression=condition, Limit=MAX_READ)
        return [from_row(Report, row) for row in answer["Items"]]


@dataclass(frozen=True)
class Reporting:
    """Takes guests' reports."""

    photos: PhotoStore
    photo_objects: PhotoObjects
    reports: ReportStore
    audit: HostAudit
    notices: NoticeQueue
    limiter: RateLimiter | None
    clock: Clock

    def report(
        self, event: Event, photo_id: str, device: str, address: str, request: ReportRequest
    ) -> ReportedJson:
        """Hide a photo that a guest sees, until the host has looked at it.

        A photo that a host has approved after a report stays: the host hears of it. Raises
        NotFound for a photo that the guest does not see, LimitReached for too many reports,
        Conflict if it changed at the same moment.
        """
        now = self.clock.now().replace(microsecond=0)
        photo = self.photos.get(event.id, photo_id)
        if photo is None or photo.state is not PhotoState.SHOWN or not event.shows_photos(now):
            raise NotFound("There is no such photo.", code="photo_not_found")
        if self.limiter:
            for name, most in ((address, MAX_BY_ADDRESS), ("all", MAX_OF_EVENT)):
                self.limiter.check(f"report:{event.id}:{name}", Limit(most / HOUR, most))
        report = Report(event.id, photo.id, device, request.reason, request.text.strip(), now)
        # Before the photo waits: a notice too many is harmless.
        self.notices.mark_waiting(event.id)
        if photo.approved and self._was_reported(event.id, photo.id):
            self.reports.add(report)
            return ReportedJson(hidden=False, message=KEPT)
        entry = Entry(
            event_id=event.id,
            at=now,
            action="photo_reported",
            by="a guest",
            subject=photo.id,
            detail=request.reason,
        )
        also = [self.reports.write(report), self.audit.write(entry)]
        mark = self.photos.moderate(photo, PhotoState.IN_REVIEW, also, Reason.REPORTED)
        if mark is None:
            raise Conflict("This photo is being changed. Please try again.", code="photo_changed")
        self.photo_objects.settle(mark)
        return ReportedJson(hidden=True, message=HIDDEN)

    def _was_reported(self, event_id: str, photo_id: str) -> bool:
        return bool(self.reports.of_photos(event_id, [photo_id])[photo_id])
