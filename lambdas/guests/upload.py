"""Uploads: what a guest announces, what may come, and the grants to send it straight to the bucket."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lambdas.guests.announcement import AnnouncedFile, announced_files, parse_file
from lambdas.guests.device import Device
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import DaybookError, Forbidden, InvalidRequest, LimitReached
from lambdas.storage import keys
from lambdas.storage.events.event import Event
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.events.photos import AlreadyThere, PhotoStore, QuotaExceeded
from lambdas.storage.events.usage import Quota, read_usage
from lambdas.storage.objects import ObjectStore, PostGrant

# A form without JavaScript cannot announce its file's type. The type is never trusted nor served, so any will do.
FORM_TYPE = "application/octet-stream"
GRANT_LIFETIME = timedelta(minutes=10)
# How long an unused grant holds its share of the quota: as long as bytes could still be on their way.
GRANT_HOLDS = timedelta(minutes=30)


@dataclass(frozen=True)
class UploadAnswer:
    """What becomes of one announced file."""

    status: str
    id: str | None = None
    post: PostGrant | None = None
    expires_at: datetime | None = None
    error: DaybookError | None = None

    def to_json(self) -> dict[str, Any]:
        """The answer as the contract has it."""
        shape: dict[str, Any] = {"id": self.id, "status": self.status}
        if self.post and self.expires_at:
            shape |= {
                "post": {"url": self.post.url, "fields": self.post.fields},
                "expires_at": to_rfc3339(self.expires_at),
            }
        if self.error:
            shape |= {"reason": self.error.code, "message": self.error.message}
        return shape


class UploadDesk:
    """Takes announcements of files and hands out grants."""

    def __init__(
        self,
        photos: PhotoStore,
        objects: ObjectStore,
        table_name: str,
        quota: Quota,
        max_bytes: int,
        clock: Clock,
    ) -> None:
        self._photos = photos
        self._objects = objects
        self._table_name = table_name
        self._quota = quota
        self._max_bytes = max_bytes
        self._clock = clock

    def announce(self, event: Event, device: Device, body: Any) -> list[UploadAnswer]:
        """One answer for each announced file, in their order. Good files go through whatever the others are.

        Raises InvalidRequest (or TooLarge, UnsupportedType) if no file is good, LimitReached if the event is full, Forbidden if
        it takes no uploads.
        """
        _check_open(event)
        parsed = [parse_file(file, self._max_bytes) for file in announced_files(body)]
        good = [file for file in parsed if isinstance(file, AnnouncedFile)]
        granted = self._grant(event, device, good) if good else {}
        answers = [
            UploadAnswer("refused", error=f)
            if isinstance(f, DaybookError)
            else granted[_photo_id(event, device, f)]
            for f in parsed
        ]
        if all(answer.status == "refused" for answer in answers):
            raise _refusal_of_all(answers)
        return answers

    def form_grant(self, event: Event, device: Device, done_url: str) -> PostGrant:
        """A grant for a plain form: one file of unknown size, after which the browser goes to `done_url` + the photo's id.

        Nobody knows whether the form will be sent, so the photo counts towards the quota only when its bytes are there.
        """
        _check_open(event)
        photo = replace(
            self._waiting(event, device, secrets.token_hex(13), "", 0, None), counted=False
        )
        self._photos.put_uncounted(photo)
        key = keys.original_object(event.id, photo.id)
        redirect = {"success_action_redirect": done_url + photo.id}
        return self._objects.grant_post(
            key, FORM_TYPE, (1, self._max_bytes), GRANT_LIFETIME, redirect
        )

    def _grant(
        self, event: Event, device: Device, files: Sequence[AnnouncedFile]
    ) -> dict[str, UploadAnswer]:
        """An answer for each file, by the id of its photo."""
        wanted = {_photo_id(event, device, file): file for file in files}
        while True:
            rows = self._photos.get_many(event.id, list(wanted))
            known = self._photos.with_digests(event.id, [file.sha256 for file in wanted.values()])
            new = [
                self._waiting(event, device, photo_id, file.name, file.size, file.sha256)
                for photo_id, file in wanted.items()
                if file.sha256 not in known
                and (photo_id not in rows or rows[photo_id].state is PhotoState.REFUSED)
            ]
            try:
                reserved = {photo.id for photo in self._reserve(event, new)}
            except AlreadyThere:
                continue
            full = {photo.id for photo in new} - reserved
            return {
                photo_id: UploadAnswer("refused", error=_event_is_full())
                if photo_id in full
                else self._answer(
                    event,
                    file,
                    photo_id,
                    rows.get(photo_id),
                    known.get(file.sha256),
                    photo_id in reserved,
                )
                for photo_id, file in wanted.items()
            }

    def _answer(
        self,
        event: Event,
        file: AnnouncedFile,
        photo_id: str,
        row: Photo | None,
        known: str | None,
        reserved: bool,
    ) -> UploadAnswer:
        until = self._clock.now() + GRANT_LIFETIME
        renewed = (
            row is not None
            and row.state is PhotoState.WAITING
            and self._photos.renew_grant(row, until)
        )
        if reserved or renewed:
            post = self._objects.grant_post(
                keys.original_object(event.id, photo_id),
                file.type,
                (file.size, file.size),
                GRANT_LIFETIME,
            )
            return UploadAnswer("upload", photo_id, post, until)
        # Of a photo that guests cannot see, nobody but its uploader learns the id.
        own = row is not None and row.state is not PhotoState.REFUSED
        return UploadAnswer("duplicate", photo_id if own else self._shown_id(event, known))

    def _shown_id(self, event: Event, photo_id: str | None) -> str | None:
        photo = self._photos.get(event.id, photo_id) if photo_id else None
        return photo.id if photo and photo.state is PhotoState.SHOWN else None

    def _waiting(
        self, event: Event, device: Device, photo_id: str, name: str, size: int, digest: str | None
    ) -> Photo:
        until = self._clock.now() + GRANT_LIFETIME
        return Photo(
            event.id, photo_id, PhotoState.WAITING, device.hash, name, size, until, sha256=digest
        )

    def _reserve(self, event: Event, photos: Sequence[Photo]) -> Sequence[Photo]:
        """Those of the new photos, in their order, that fit into the event's quota; they are written and taken from it."""
        reclaimed = False
        while photos:
            try:
                self._photos.grant(photos, self._quota)
                return photos
            except QuotaExceeded:
                if not reclaimed:
                    reclaimed = self._reclaim(event)
                    continue
            photos = self._fitting(event, photos)
        return photos

    def _fitting(self, event: Event, photos: Sequence[Photo]) -> Sequence[Photo]:
        """The longest beginning that fits into what is left, and always shorter than what was tried."""
        usage = read_usage(self._table_name, event.id)
        files, size = usage.files, usage.size
        for index, photo in enumerate(photos):
            files, size = files + 1, size + photo.size
            if files > self._quota.files or size > self._quota.size:
                return photos[:index]
        return photos[:-1]

    def _reclaim(self, event: Event) -> bool:
        """Takes back what abandoned grants hold of the quota; True, since once a request is enough."""
        abandoned = self._clock.now() - GRANT_HOLDS
        for photo in self._photos.with_state(event.id, PhotoState.WAITING):
            if photo.granted_until < abandoned:
                self._photos.remove(photo)
        return True


def _check_open(event: Event) -> None:
    if not event.accepting_uploads:
        raise Forbidden("This event takes no more photos.", code="uploads_closed")


def _photo_id(event: Event, device: Device, file: AnnouncedFile) -> str:
    """The same device announcing the same bytes means the same photo: an interrupted upload goes on under its id.

    The size is part of it, since the quota and the grant go by the size that was announced first.
    """
    raw = hashlib.sha256(
        f"{event.id}\0{device.hash}\0{file.sha256}\0{file.size}".encode()
    ).digest()[:16]
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _event_is_full() -> LimitReached:
    return LimitReached(
        "This event has as many photos as it can take.",
        code="event_full",
        retry_after=int(GRANT_HOLDS.total_seconds()),
    )


def _refusal_of_all(answers: Sequence[UploadAnswer]) -> DaybookError:
    """One error for a request without a good file: of their common kind, or a plain invalid request."""
    refusals = [answer.error for answer in answers if answer.error]
    first, kinds = refusals[0], {type(error) for error in refusals}
    details = {"uploads": [answer.to_json() for answer in answers]}
    if kinds == {LimitReached}:
        return LimitReached(
            first.message,
            code=first.code,
            retry_after=int(GRANT_HOLDS.total_seconds()),
            details=details,
        )
    if len(kinds) == 1 and len({error.code for error in refusals}) == 1:
        return type(first)(first.message, code=first.code, details=details)
    return InvalidRequest(
        "None of these files can be added.", code="no_valid_file", details=details
    )
