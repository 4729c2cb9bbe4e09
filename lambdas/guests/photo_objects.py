"""The objects of a photo, brought into line with its row: the second half of two-part writes.

Everything here can be repeated. The sizes of a photo are public only while its state is.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from lambdas.guests.caring.notice_queue import NoticeQueue
from lambdas.guests.moderating.post_pictures import PostPictures
from lambdas.kit.clock import Clock
from lambdas.kit.events import EventBus, PhotoRemoved
from lambdas.pictures.sizes import SIZES
from lambdas.storage import object_keys
from lambdas.storage.events.cleanup import CleanupStore, Mark
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.events.reports import ReportStore
from lambdas.storage.objects import ObjectStore

# A photo that changes while its objects are settled is settled again.
MAX_ROUNDS = 3
# Most of the time is waiting for the table and the bucket.
THREADS = 16
DEFERRED = timedelta(minutes=30)


@dataclass(frozen=True)
class PhotoObjects:
    """Settles photos' objects."""

    photos: PhotoStore
    objects: ObjectStore
    cleanup: CleanupStore
    reports: ReportStore
    bus: EventBus

    def settle(self, mark: Mark) -> None:
        """Make the objects of a marked photo match its row, then delete the mark.

        Other features learn of a removal before the mark is deleted, so at least once.
        """
        photo = self.photos.get(mark.event_id, mark.photo_id)
        for _ in range(MAX_ROUNDS):
            self._match(mark, photo)
            before, photo = photo, self.photos.get(mark.event_id, mark.photo_id)
            if (before and before.state) == (photo and photo.state):
                if mark.removed and not (photo and photo.state is PhotoState.SHOWN):
                    self.bus.publish(PhotoRemoved(mark.event_id, mark.photo_id))
                if later := _looked_at_again(mark, photo):
                    self.cleanup.postpone(mark, later)
                else:
                    self.cleanup.confirm(mark)
                return

    def delete_original(self, event_id: str, photo_id: str, version: str | None) -> None:
        """Delete one version of an original that no row means."""
        self.objects.delete_version(object_keys.original_object(event_id, photo_id), version)

    def _match(self, mark: Mark, photo: Photo | None) -> None:
        event_id, photo_id = mark.event_id, mark.photo_id
        state = photo.state if photo else PhotoState.DELETED
        shown = object_keys.shown_objects(event_id, photo_id, SIZES)
        pending = object_keys.pending_objects(event_id, photo_id, SIZES)
        match state:
            case PhotoState.SHOWN:
                for private, public in zip(pending, shown, strict=True):
                    self.objects.copy(private, public)
            case PhotoState.IN_REVIEW | PhotoState.HIDDEN | PhotoState.BINNED:
                # The private copy stays for as long as the photo does.
                for private, public in zip(pending, shown, strict=True):
                    self.objects.copy(public, private)
                self.objects.delete(shown)
            case PhotoState.REFUSED | PhotoState.DELETED:
                original = object_keys.original_object(event_id, photo_id)
                if photo and photo.original_version:
                    self.objects.delete_version(original, photo.original_version)
                self.objects.delete([original, *shown, *pending])
                if photo and photo.state is PhotoState.DELETED:
                    self.reports.delete(event_id, photo_id)
            case PhotoState.WAITING | PhotoState.PROCESSING:
                # A new grant, whose processing writes a mark.
                self.objects.delete([*shown, *pending])


def _looked_at_again(mark: Mark, photo: Photo | None) -> datetime | None:
    """Return when the sweep has to look at a settled photo once more; None if never."""
    if photo is None:
        return None
    if photo.restorable_until:
        # The sweep deletes it then.
        return photo.restorable_until
    # A function that processes it may be killed after it wrote objects, before it sees the row.
    until = photo.written_until
    return until if until and until > mark.due_at else None


@dataclass(frozen=True)
class Sweep:
    """Finishes what crashes left half done."""

    photos: PhotoStore
    photo_objects: PhotoObjects
    post_pictures: PostPictures
    cleanup: CleanupStore
    notices: NoticeQueue
    clock: Clock
    logger: Logger

    def settle(self, event_id: str, photo_ids: Sequence[str]) -> int:
        """Settle photos that a request had no time for; return how many there were."""
        marks = self.cleanup.begun(event_id, photo_ids, self.clock.now())
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(self._settle_safely, marks))
        return len(marks)

    def run(self, limit: int) -> int:
        """Settle the photos whose marks are due, up to `limit`; return how many there were."""
        settled = 0
        for mark in self.cleanup.due(self.clock.now()):
            if settled == limit:
                break
            if self._settle_safely(mark):
                extra = {"event_id": mark.event_id, "photo_id": mark.photo_id}
                self.logger.warning("photo settled by the sweep", extra=extra)
            else:
                # Those behind it have their turn first.
                self.cleanup.defer(mark, self.clock.now() + DEFERRED)
            settled += 1
        return settled

    def _settle_safely(self, mark: Mark) -> bool:
        """Settle a photo; return False if it fails, which must not keep the others from it."""
        try:
            self._settle(mark)
        except Exception:
            extra = {"event_id": mark.event_id, "photo_id": mark.photo_id}
            self.logger.exception("photo could not be settled", extra=extra)
            return False
        return True

    def _settle(self, mark: Mark) -> None:
        if mark.post_id:
            self.post_pictures.settle(mark)
            return
        photo = self.photos.get(mark.event_id, mark.photo_id)
        if photo and photo.state is PhotoState.PROCESSING:
            self.notices.mark_waiting(photo.event_id)
            self.photos.give_up(photo)
        self.photo_objects.settle(self._deleted(photo) or mark)

    def _deleted(self, photo: Photo | None) -> Mark | None:
        """Delete a photo for good that a host deleted days ago; return the mark of that."""
        ends = photo and photo.state is PhotoState.BINNED and photo.restorable_until
        return self.photos.delete(photo) if photo and ends and ends <= self.clock.now() else None
