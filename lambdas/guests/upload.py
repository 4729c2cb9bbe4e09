"""Uploads: which announced files are granted, and the grants to post them to the bucket."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from lambdas.guests.announcement import AnnouncedFile, Labels, announced_files, parse_file
from lambdas.guests.device import Device
from lambdas.guests.upload_answer import UploadAnswer, refusal_of_all
from lambdas.guests.upload_quota import Allowance
from lambdas.guests.upload_window import require_open
from lambdas.guests.views import UploadOutcome
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Unavailable
from lambdas.pictures.photo_type import UNKNOWN_TYPE
from lambdas.storage import object_keys
from lambdas.storage.events.consent import Consents
from lambdas.storage.events.event import Event
from lambdas.storage.events.grants import GrantStore, Standing
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.objects import FormFields, ObjectStore, PostGrant

FORM_DEVICE = "device"
"""The metadata of an object that a plain form posted: the hash of its device."""
FORM_CONSENT, CONSENTS = "may-post", "yes"
"""Further metadata where the event asks for consent. Any other value is no consent."""
FORM_SECTION = "section"
FORM_NAME = "guest-name"
"""Metadata that a plain form always has: the name that the guest typed, or an empty text."""
CONSENT_FIELD = f"x-amz-meta-{FORM_CONSENT}"
NAME_FIELD = f"x-amz-meta-{FORM_NAME}"
GRANT_LIFETIME = timedelta(minutes=10)
# Two devices that announce at the same moment change each other's counts.
MAX_TRIES = 8
# How many requests' ended grants one announcement returns to the quota at most.
LAPSED_ALWAYS, LAPSED_IF_FULL = 2, 20


@dataclass(frozen=True)
class UploadService:
    """Accepts announcements of files and issues grants."""

    grants: GrantStore
    objects: ObjectStore
    consents: Consents
    max_bytes: int
    clock: Clock

    def announce(
        self, event: Event, device: Device, files: list[object], labels: Labels
    ) -> list[UploadAnswer]:
        """Return one answer for each file, in their order; bad files do not stop good ones.

        Raises InvalidRequest (or TooLarge, UnsupportedType) if no file is good, LimitReached if
        the event is full or the device has too many files to send, Forbidden if the event takes
        no photos now.
        """
        require_open(event, self.clock.now())
        parsed = [parse_file(file, self.max_bytes) for file in announced_files({"files": files})]
        good = {
            _photo_id(event, device, file): file
            for file in parsed
            if isinstance(file, AnnouncedFile)
        }
        granted = self._grant(event, device, good, labels) if good else {}
        answers = [
            granted[_photo_id(event, device, file)]
            if isinstance(file, AnnouncedFile)
            else UploadAnswer.refused(file)
            for file in parsed
        ]
        if all(answer.status is UploadOutcome.REFUSED for answer in answers):
            raise refusal_of_all(answers)
        return answers

    def form_grant(
        self, event: Event, device: Device, done_url: str, section: str | None = None
    ) -> PostGrant:
        """Return a grant for a plain form: one file, then the browser goes to `done_url` + id.

        Nothing is stored until the file arrives. The signed policy makes the device part of the
        object's metadata, from which the photo's row is made then.
        """
        require_open(event, self.clock.now())
        photo_id = secrets.token_hex(13)
        fixed = {
            "success_action_redirect": done_url + photo_id,
            f"x-amz-meta-{FORM_DEVICE}": device.hash,
        }
        if section:
            fixed[f"x-amz-meta-{FORM_SECTION}"] = section
        chosen = [NAME_FIELD, CONSENT_FIELD] if event.asks_to_post else [NAME_FIELD]
        key = object_keys.original_object(event.id, photo_id)
        extra = FormFields(fixed, chosen)
        # Without JavaScript no type can be announced. It is never trusted nor served.
        return self.objects.grant_post(
            key, UNKNOWN_TYPE, (1, self.max_bytes), GRANT_LIFETIME, extra
        )

    def _grant(
        self, event: Event, device: Device, files: Mapping[str, AnnouncedFile], labels: Labels
    ) -> dict[str, UploadAnswer]:
        """Return an answer for each file, by the id of its photo."""
        digests = [file.sha256 for file in files.values()]
        self.grants.lapse(event.id, self.clock.now(), LAPSED_ALWAYS)
        may_lapse = True
        for _ in range(MAX_TRIES):
            now = self.clock.now()
            standing = self.grants.read(event.id, device.hash, list(files), digests)
            new = [
                replace(self._waiting(event, device, photo_id, file), **vars(labels))
                for photo_id, file in files.items()
                if _is_new(standing, photo_id, file, now)
            ]
            allowance = Allowance.of(standing, self.grants.quota, now)
            fitting, refusals = allowance.divide(new)
            all_held = not refusals and all(photo.counted for photo in fitting)
            if may_lapse and not all_held:
                may_lapse = False
                if self.grants.lapse(event.id, now, LAPSED_IF_FULL):
                    continue
            if not fitting or self.grants.grant(fitting, standing.device, now):
                granted = {photo.id for photo in fitting}
                return {
                    photo_id: UploadAnswer.refused(refusals[photo_id])
                    if photo_id in refusals
                    else self._answer(event, device, file, standing, photo_id in granted)
                    for photo_id, file in files.items()
                }
        raise Unavailable(
            "Many photos are being added right now. Please try again in a minute.", code="busy"
        )

    def _answer(
        self, event: Event, device: Device, file: AnnouncedFile, standing: Standing, new: bool
    ) -> UploadAnswer:
        photo_id = _photo_id(event, device, file)
        row = standing.photos.get(photo_id)
        if row and not new and file.may_post and event.asks_to_post and not row.may_post:
            self.consents.add(row, device.hash)
        if new or (row and row.state is PhotoState.WAITING and row.unsent):
            # An announcement that is repeated does not prolong what its grant holds of the quota.
            key = object_keys.original_object(event.id, photo_id)
            sizes = (file.size, file.size)
            post = self.objects.grant_post(key, file.type, sizes, GRANT_LIFETIME)
            until = self.clock.now() + GRANT_LIFETIME
            return UploadAnswer(UploadOutcome.UPLOAD, photo_id, post, until)
        # Only its sender learns the id of a photo that guests cannot see.
        if row and not row.is_free:
            return UploadAnswer(UploadOutcome.DUPLICATE, photo_id)
        other = self.grants.photo(event.id, standing.digests.get(file.sha256))
        if other and file.may_post and event.asks_to_post:
            # The same device may have sent it before, by the plain form.
            self.consents.add(other, device.hash)
        visible = event.shows_photos(self.clock.now())
        shown = visible and other is not None and other.state is PhotoState.SHOWN
        return UploadAnswer(UploadOutcome.DUPLICATE, other.id if other and shown else None)

    def _waiting(self, event: Event, device: Device, photo_id: str, file: AnnouncedFile) -> Photo:
        return Photo(
            event_id=event.id,
            id=photo_id,
            state=PhotoState.WAITING,
            device=device.hash,
            name=file.name,
            size=file.size,
            granted_until=(self.clock.now() + GRANT_LIFETIME).replace(microsecond=0),
            unsent=True,
            sha256=file.sha256,
            last_modified=_last_modified(file),
            may_post=file.may_post and event.asks_to_post,
        )


def _last_modified(file: AnnouncedFile) -> datetime | None:
    """Return the browser's time of the file, which it announces in milliseconds since 1970."""
    milliseconds = file.last_modified
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds // 1000, UTC)


def _is_new(standing: Standing, photo_id: str, file: AnnouncedFile, now: datetime) -> bool:
    row = standing.photos.get(photo_id)
    is_free = row is None or row.is_free or row.has_ended(now)
    return file.sha256 not in standing.digests and is_free


def _photo_id(event: Event, device: Device, file: AnnouncedFile) -> str:
    """Return the photo's id: the same device and bytes always give the same.

    So an interrupted upload continues under its id. The size is part of it, since the quota and
    the grant go by the size that was announced first.
    """
    raw = hashlib.sha256(
        f"{event.id}\0{device.hash}\0{file.sha256}\0{file.size}".encode()
    ).digest()[:16]
    return base64.b32encode(raw).decode().rstrip("=").lower()
