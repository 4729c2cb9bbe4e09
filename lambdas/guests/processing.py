"""From the bytes that a guest sent to the picture that is shown. Doing it twice, or late, changes nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aws_lambda_powertools import Logger

from lambdas.guests.removal import objects_of
from lambdas.guests.settings import MAX_RECEIVE_COUNT
from lambdas.kit.clock import Clock
from lambdas.kit.errors import NotFound
from lambdas.pictures.sizes import SIZES
from lambdas.storage import keys
from lambdas.storage.events.event import Event, EventStore
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.events.photos import DuplicatePhoto, PhotoStore, QuotaExceeded
from lambdas.storage.events.usage import Quota
from lambdas.storage.objects import ObjectStore, ObjectTooLarge, Original


class Processor:
    """Processes one original at a time."""

    def __init__(
        self,
        events: EventStore,
        photos: PhotoStore,
        objects: ObjectStore,
        max_bytes: int,
        quota: Quota,
        clock: Clock,
        logger: Logger,
    ) -> None:
        self._events = events
        self._photos = photos
        self._objects = objects
        self._max_bytes = max_bytes
        self._quota = quota
        self._clock = clock
        self._logger = logger

    def process(self, key: str, receive_count: int) -> None:
        """Makes the original under `key` a photo that is shown, or says why not. Raises what is worth another try."""
        event_id, photo_id = keys.parse_original_object(key)
        photo = self._photos.get(event_id, photo_id)
        if photo is None:
            # Its guest deleted it, or its grant was taken back, before the bytes were looked at.
            self._objects.delete([key])
            self._logger.info(
                "an original without a row was deleted",
                extra={"event_id": event_id, "photo_id": photo_id},
            )
            return
        if self._photos.begin_processing(photo, last_attempt=receive_count >= MAX_RECEIVE_COUNT):
            self._decide(photo, key)

    def _decide(self, photo: Photo, key: str) -> None:
        try:
            original = self._objects.read(key, self._max_bytes)
        except ObjectTooLarge:
            self._refuse(photo, key, "file_too_large")
            return
        if original is None:
            self._refuse(photo, key, "file_missing")
            return
        digest = hashlib.sha256(original.body).hexdigest()
        if photo.sha256 and photo.sha256 != digest:
            self._refuse(photo, key, "damaged_on_the_way")
            return
        try:
            finished = self._photos.finish(
                self._rendered(replace(photo, sha256=digest, size=len(original.body)), original),
                self._quota,
            )
            if not finished and self._photos.get(photo.event_id, photo.id) is None:
                # Deleted while it was being rendered: what was just written goes the same way.
                self._objects.delete(objects_of(photo))
        except (DuplicatePhoto, QuotaExceeded) as error:
            self._objects.delete(keys.shown_objects(photo.event_id, photo.id, SIZES))
            self._refuse(
                photo, key, "duplicate" if isinstance(error, DuplicatePhoto) else "event_full"
            )

    def _refuse(self, photo: Photo, key: str, reason: str) -> None:
        self._photos.finish(replace(photo, state=PhotoState.REFUSED, reason=reason), self._quota)
        self._objects.delete([key])

    def _rendered(self, photo: Photo, original: Original) -> Photo:
        """The photo with its outcome; what is shown has been written to the bucket."""
        from lambdas.pictures.capture_time import capture_time
        from lambdas.pictures.picture import Undecodable, open_picture, render, upright_size

        now = self._clock.now().replace(microsecond=0)
        event = self._event(photo.event_id)
        kept = replace(photo, original_version=original.version)
        try:
            picture = open_picture(original.body)
            width, height = upright_size(picture)
            taken_at = capture_time(picture, ZoneInfo(event.time_zone), now) or now
            self._objects.write_shown(photo.event_id, photo.id, render(picture))
        except Undecodable as error:
            self._logger.info(
                "cannot be shown",
                extra={"event_id": photo.event_id, "photo_id": photo.id, "reason": error.reason},
            )
            return replace(kept, state=PhotoState.IN_REVIEW, reason="no_preview")
        state = PhotoState.IN_REVIEW if event.review else PhotoState.SHOWN
        return replace(
            kept, state=state, reason=None, taken_at=taken_at, width=width, height=height
        )

    def _event(self, event_id: str) -> Event:
        try:
            return self._events.get(event_id)
        except NotFound:
            # The event went away while its photos were on their way: they are kept, unseen.
            epoch = datetime.fromtimestamp(0, UTC)
            return Event(event_id, "", epoch, epoch, "UTC", accepting_uploads=False, review=True)
