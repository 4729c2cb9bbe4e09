"""A guest's photo: one row from the moment its upload is granted until it is deleted."""

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


class Reason(enum.StrEnum):
    """Why a photo is refused or in review."""

    DUPLICATE = "duplicate"
    FILE_TOO_LARGE = "file_too_large"
    DAMAGED_ON_THE_WAY = "damaged_on_the_way"
    EVENT_FULL = "event_full"
    FILE_MISSING = "file_missing"
    NO_PREVIEW = "no_preview"
    PROCESSING_FAILED = "processing_failed"
    """Processing failed for no fault of the photo: it may be processed again."""


UNSENT_RETENTION = timedelta(days=1)


@dataclass(frozen=True)
class Photo:
    """A photo's row. Times are aware UTC, sizes bytes; `device` is the hash of the device key.

    `counted` is whether the event's quota includes it: an announced file from its grant on, one
    of a plain form once its bytes are there.
    """

    event_id: str
    id: str
    state: PhotoState
    device: str
    name: str
    size: int
    granted_until: datetime
    counted: bool = True
    sha256: str | None = None
    reason: Reason | None = None
    taken_at: datetime | None = None
    width: int | None = None
    height: int | None = None
    original_version: str | None = None

    @property
    def key(self) -> dict[str, str]:
        """Return the row's primary key."""
        return keys.row_key(self.event_id, keys.photo_row(self.id))

    def to_row(self) -> Row:
        """Return the row as DynamoDB stores it. Raises ValueError if it is shown without a time."""
        row = {**self.key, **to_row(self)}
        if self.state is PhotoState.WAITING and not self.counted:
            # Nothing else would ever delete the row of a form that was not sent.
            row[keys.EXPIRES] = int((self.granted_until + UNSENT_RETENTION).timestamp())
        if self.state is PhotoState.SHOWN:
            if self.taken_at is None:
                raise ValueError("a photo that is shown has a time")
            row |= timeline_keys(self.event_id, self.taken_at, self.id)
        return row

    @classmethod
    def from_row(cls, row: Row) -> Photo:
        """Build a photo from its row."""
        return from_row(cls, row)
