"""From the bytes that a guest sent to the picture that is shown. It can be repeated at any time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aws_lambda_powertools import Logger

from lambdas.guests.caring.notice_queue import NoticeQueue
from lambdas.guests.device import HASH
from lambdas.guests.guest_name import guest_name_in_metadata
from lambdas.guests.photo_objects import PhotoObjects
from lambdas.guests.rendering import CannotRender, Rendered, render_original
from lambdas.guests.settings import MAX_RECEIVE_COUNT
from lambdas.guests.upload import (
    CONSENTS,
    FORM_CONSENT,
    FORM_DEVICE,
    FORM_NAME,
    FORM_SECTION,
    GRANT_LIFETIME,
)
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, NotFound
from lambdas.pictures.photo_type import TYPES, photo_type
from lambdas.storage import object_keys
from lambdas.storage.events.cleanup import Mark
from lambdas.storage.events.consent import Consents
from lambdas.storage.events.event import Event, EventStore
from lambdas.storage.events.photo import Photo, PhotoState, Reason, expiry
from lambdas.storage.events.photos import DuplicatePhoto, PhotoStore, QuotaExceeded
from lambdas.storage.events.usage import Quota
from lambdas.storage.objects import ObjectStore, ObjectTooLarge, Original

# What was killed by time or memory is tried once more, not for as long as the queue delivers.
MAX_ATTEMPTS = 2


@dataclass(frozen=True)
class Arrival:
    """An object that was posted: its key's parts, and its version (None if not known)."""

    event_id: str
    photo_id: str
    version: str | None

    @classmethod
    def of(cls, key: str, version: str | None) -> Arrival:
        """Return the arrival of an object. Raises ValueError for a key of something else."""
        return cls(*object_keys.parse_original_object(key), version)

    @property
    def key(self) -> str:
        """Return the object's key."""
        return object_keys.original_object(self.event_id, self.photo_id)


@dataclass(frozen=True, kw_only=True)
class Processor:
    """Processes one original at a time."""

    events: EventStore
    photos: PhotoStore
    objects: ObjectStore
    photo_objects: PhotoObjects
    consents: Consents
    notices: NoticeQueue
    max_bytes: int
    quota: Quota
    clock: Clock
    logger: Logger

    def process(self, arrival: Arrival, receive_count: int) -> None:
        """Make the original a photo that is shown, or record why not. Raises what may pass."""
        photo = self.photos.get(arrival.event_id, arrival.photo_id) or self._sent_by_form(arrival)
        if photo is None or not self._is_meant(photo, arrival):
            self.photo_objects.delete_original(*self._parts(arrival))
            self._log("original that no photo means was deleted", arrival)
            return
        if photo.is_finished:
            return
        if photo.attempts >= MAX_ATTEMPTS:
            self._log("original is not tried again", arrival, attempts=photo.attempts)
            return
        last = photo.attempts + 1 >= MAX_ATTEMPTS or receive_count >= MAX_RECEIVE_COUNT
        version = arrival.version
        if last:
            self.notices.mark_waiting(photo.event_id)
        if not self.photos.begin_processing(photo, last_attempt=last, version=version):
            raise Conflict("The photo has changed. It is processed again.")
        try:
            self._decide(replace(photo, original_version=photo.original_version or version))
        except Exception:
            self.photos.return_attempt(photo)
            raise

    def _is_meant(self, photo: Photo, arrival: Arrival) -> bool:
        """Return whether the row means this object: grants can be used again, with other bytes."""
        if photo.state in (PhotoState.REFUSED, PhotoState.DELETED):
            return False
        known = photo.original_version
        return not (known and arrival.version) or known == arrival.version

    def _sent_by_form(self, arrival: Arrival) -> Photo | None:
        """Return the new row of a photo that a plain form posted; None for other objects."""
        metadata = self.objects.metadata(arrival.key, arrival.version) or {}
        device = metadata.get(FORM_DEVICE, "")
        if not HASH.fullmatch(device):
            return None
        now = self.clock.now().replace(microsecond=0)
        photo = Photo(
            event_id=arrival.event_id,
            id=arrival.photo_id,
            state=PhotoState.WAITING,
            device=device,
            name="",
            size=0,
            granted_until=now + GRANT_LIFETIME,
            counted=False,
            expires_at=expiry(now),
            # The policy of the form has it only if the event asks.
            may_post=metadata.get(FORM_CONSENT) == CONSENTS,
            section=metadata.get(FORM_SECTION),
            guest_name=guest_name_in_metadata(metadata.get(FORM_NAME, "")),
        )
        self.photos.add_sent(photo)
        return self.photos.get(arrival.event_id, arrival.photo_id)

    def _decide(self, photo: Photo) -> None:
        key = object_keys.original_object(photo.event_id, photo.id)
        try:
            original = self.objects.read(key, self.max_bytes, photo.original_version)
        except ObjectTooLarge:
            self._refuse(photo, Reason.FILE_TOO_LARGE)
            return
        if original is None:
            self._refuse(photo, Reason.FILE_MISSING)
            return
        digest = hashlib.sha256(original.body).hexdigest()
        if photo.sha256 and photo.sha256 != digest:
            self._refuse(photo, Reason.DAMAGED_ON_THE_WAY)
            return
        sent = replace(
            photo,
            sha256=digest,
            size=len(original.body),
            original_version=photo.original_version or original.version,
        )
        try:
            self._finish(self._rendered(sent, original))
        except CannotRender:
            self._refuse(photo, Reason.TYPE_NOT_ALLOWED)
        except DuplicatePhoto:
            if sent.may_post and (kept := self.photos.with_bytes(sent.event_id, digest)):
                self.consents.add(kept, sent.device)
            self._refuse(photo, Reason.DUPLICATE)
        except QuotaExceeded:
            self._refuse(photo, Reason.EVENT_FULL)

    def _finish(self, photo: Photo) -> None:
        if photo.state is PhotoState.IN_REVIEW:
            self.notices.mark_waiting(photo.event_id)
        if mark := self.photos.finish(photo, self.quota):
            self.photo_objects.cleanup.confirm(mark)
            return
        # It was deleted, hidden or finished in the meantime: what was written follows that.
        self.photo_objects.settle(Mark.of(photo.event_id, photo.id, self.clock.now()))

    def _refuse(self, photo: Photo, reason: Reason) -> None:
        refused = replace(photo, state=PhotoState.REFUSED, reason=reason)
        if mark := self.photos.finish(refused, self.quota):
            self.photo_objects.settle(mark)

    def _rendered(self, photo: Photo, original: Original) -> Photo:
        """Return the photo with its outcome; its sizes have been written to the bucket.

        Raises CannotRender for what neither its name nor its bytes call a photo.
        """
        now = self.clock.now().replace(microsecond=0)
        event = self._event(photo.event_id)
        try:
            rendered = render_original(original.body, event.time_zone, now)
        except CannotRender as error:
            self._log("original cannot be shown", photo, reason=error.reason)
            if not error.is_photo and photo_type("", photo.name) not in TYPES:
                raise
            return replace(photo, state=PhotoState.IN_REVIEW, reason=Reason.NO_PREVIEW)
        # Bytes become public with the state, and never before it was decided.
        write = self.objects.write_pending if event.review else self.objects.write_shown
        write(photo.event_id, photo.id, rendered.sizes)
        return replace(
            photo,
            state=PhotoState.IN_REVIEW if event.review else PhotoState.SHOWN,
            reason=None,
            taken_at=_time_of(rendered, photo, event) or now,
            width=rendered.width,
            height=rendered.height,
            damaged=rendered.damaged,
            type=rendered.type,
        )

    def _event(self, event_id: str) -> Event:
        try:
            return self.events.get(event_id)
        except NotFound:
            # The event was deleted while its photos were on their way: they are kept, unseen.
            epoch = datetime.fromtimestamp(0, UTC)
            return Event(event_id, "", epoch, epoch, "UTC", accepting_uploads=False, review=True)

    @staticmethod
    def _parts(arrival: Arrival) -> tuple[str, str, str | None]:
        return arrival.event_id, arrival.photo_id, arrival.version

    def _log(self, message: str, of: Arrival | Photo, **fields: object) -> None:
        photo_id = of.photo_id if isinstance(of, Arrival) else of.id
        extra = {"event_id": of.event_id, "photo_id": photo_id, **fields}
        self.logger.info(message, extra=extra)


def _time_of(rendered: Rendered, photo: Photo, event: Event) -> datetime | None:
    """Return when a photo was taken: by its file, else by the browser if near the event."""
    if rendered.taken_at:
        return rendered.taken_at
    modified = photo.last_modified
    return modified if modified and event.is_near(modified) else None
