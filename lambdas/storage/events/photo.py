"""A guest's photo: one row from its grant, or its arrival, until some time after its deletion."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.storage import keys
from lambdas.storage.events.timeline import timeline_keys
from lambdas.storage.rows import Row, from_row, to_row


class PhotoState(enum.StrEnum):
    """The life of a photo. Only `SHOWN` is ever visible to guests."""

    WAITING = "waiting"
    """Granted; the bytes have not arrived."""
    PROCESSING = "processing"
    SHOWN = "shown"
    IN_REVIEW = "in_review"
    """Kept; an operator has to look at it."""
    REFUSED = "refused"
    """Not kept; `reason` says why."""
    HIDDEN = "hidden"
    BINNED = "binned"
    """Deleted by a host, who can restore it for some days; then it is deleted for good."""
    DELETED = "deleted"
    """A tombstone: bytes that arrive under the photo's id are deleted, not shown."""


FINISHED = (PhotoState.SHOWN, PhotoState.IN_REVIEW, PhotoState.HIDDEN, PhotoState.BINNED)
"""States of photos that are kept."""


class Reason(enum.StrEnum):
    """Why a photo is refused or in review."""

    DUPLICATE = "duplicate"
    FILE_TOO_LARGE = "file_too_large"
    DAMAGED_ON_THE_WAY = "damaged_on_the_way"
    EVENT_FULL = "event_full"
    FILE_MISSING = "file_missing"
    NO_PREVIEW = "no_preview"
    TYPE_NOT_ALLOWED = "type_not_allowed"
    """Neither its name nor its bytes are those of a photo."""
    PROCESSING_FAILED = "processing_failed"
    """Processing failed for no known fault of the photo: it may be processed again."""
    REPORTED = "reported"
    """A guest reported it."""


# How long rows stay that mean nothing any more; longer than any grant is valid.
RETENTION = timedelta(days=1)
# How long a host can restore a photo that a host deleted.
RESTORABLE = timedelta(days=7)
# How long an unused grant holds its share of the quota: as long as bytes may be on their way.
GRANT_HOLDS = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A photo's row. Times are aware UTC, sizes bytes; `device` is the hash of the device key.

    `granted_until` is when the first grant ends, whatever was granted again later.
    `counted` is whether the event's usage includes the photo. `unsent` is whether the grant is
    also among those whose bytes are awaited, of which an event and a device hold only so many.
    `attempts` counts how often decoding was begun, `last_modified` is what the browser said of
    the file, `original_version` the only object version that the row means. `type` is the media
    type that was found in the bytes, `may_post` whether the guest allows the host to post the
    photo on Instagram. `section` is the part of the event that it belongs to, `guest_name` how its
    guest wants to be named. `approved` is whether a host has decided that it may be seen.
    `restorable_until` is when a photo that a host deleted is deleted for good, `state_before` what
    it was. `written_until` is until when a function may still write objects of one that was deleted
    while it was processed.
    """

    event_id: str
    id: str
    state: PhotoState
    device: str
    name: str
    size: int
    granted_until: datetime
    counted: bool = True
    unsent: bool = False
    attempts: int = 0
    sha256: str | None = None
    reason: Reason | None = None
    taken_at: datetime | None = None
    last_modified: datetime | None = None
    width: int | None = None
    height: int | None = None
    damaged: bool = False
    original_version: str | None = None
    type: str | None = None
    may_post: bool = False
    section: str | None = None
    guest_name: str | None = None
    approved: bool = False
    restorable_until: datetime | None = None
    state_before: PhotoState | None = None
    written_until: datetime | None = None
    expires_at: int | None = None

    @property
    def key(self) -> dict[str, str]:
        """Return the row's primary key."""
        return keys.row_key(self.event_id, keys.photo_row(self.id))

    @property
    def is_free(self) -> bool:
        """Return whether its id may be granted again: nothing is kept of it, and none awaited."""
        gone = self.state in (PhotoState.REFUSED, PhotoState.DELETED)
        return gone or (self.state is PhotoState.WAITING and not self.unsent)

    def has_ended(self, now: datetime) -> bool:
        """Return whether nothing is awaited of a grant that held no part of the quota."""
        waits = self.state is PhotoState.WAITING and not self.counted
        return waits and now > self.granted_until + GRANT_HOLDS

    @property
    def is_finished(self) -> bool:
        """Return whether processing has nothing more to do with it."""
        unfinished = self.state in (PhotoState.WAITING, PhotoState.PROCESSING)
        return not unfinished and self.reason is not Reason.PROCESSING_FAILED

    def to_row(self) -> Row:
        """Return the row as DynamoDB stores it. Raises ValueError if it is shown without a time."""
        row = {**self.key, **to_row(self)}
        if self.state is PhotoState.SHOWN:
            if self.taken_at is None:
                raise ValueError("a photo that is shown has a time")
            row |= timeline_keys(self.event_id, self.taken_at, self.id)
        return row

    @classmethod
    def from_row(cls, row: Row) -> Photo:
        """Build a photo from its row."""
        return from_row(cls, row)


def expiry(now: datetime) -> int:
    """Return when a row that means nothing any more may be deleted, in Unix seconds."""
    return int((now + RETENTION).timestamp())
