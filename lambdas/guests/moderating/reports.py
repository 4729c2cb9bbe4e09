"""Guests' reports of photos: a report hides the photo at once and asks the host."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from lambdas.api.rate_limit import RateLimiter
from lambdas.api.routing import Limit
from lambdas.guests.caring.notice_queue import NoticeQueue
from lambdas.guests.moderating.views import ReportedJson, ReportRequest
from lambdas.guests.photo_objects import PhotoObjects
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, NotFound
from lambdas.storage.events.event import Event
from lambdas.storage.events.host_audit import Entry, HostAudit
from lambdas.storage.events.photo import PhotoState, Reason
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.events.reports import Report, ReportStore

# In an hour. A report takes a photo from everyone: a stranger must not empty a page with it.
MAX_BY_ADDRESS = 10
MAX_OF_EVENT = 60
HOUR = 3600
HIDDEN = "Thank you. The photo is hidden now, and the host will look at it."
KEPT = "Thank you. The host has looked at this photo before. Your report is in the host's list."


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
        self._limit(event.id, address)
        report = Report(event.id, photo.id, device, request.reason, request.text.strip(), now)
        # Before the photo waits: a notice too many is harmless.
        self.notices.mark_waiting(event.id)
        entry = Entry(
            event_id=event.id,
            at=self.clock.now(),
            action="photo_reported",
            by="a guest",
            subject=photo.id,
            detail=request.reason,
        )
        also = [self.reports.write(report), self.audit.write(entry)]
        if photo.approved and self.reports.of_photo(event.id, photo.id):
            self.reports.run(also)
            return ReportedJson(hidden=False, message=KEPT)
        mark = self.photos.moderate(photo, PhotoState.IN_REVIEW, also, Reason.REPORTED)
        if mark is None:
            raise Conflict("This photo is being changed. Please try again.", code="photo_changed")
        self.photo_objects.settle(mark)
        return ReportedJson(hidden=True, message=HIDDEN)

    def _limit(self, event_id: str, address: str) -> None:
        """Count a report. Raises LimitReached."""
        if self.limiter is None:
            return
        # Keys of limits are logged if they cannot be counted: no address belongs there.
        sender = hashlib.sha256(f"{event_id} {address}".encode()).hexdigest()[:16]
        for name, most in ((sender, MAX_BY_ADDRESS), ("all", MAX_OF_EVENT)):
            self.limiter.check(f"report:{event_id}:{name}", Limit(most / HOUR, most))
