"""A guest's photo: one row from the moment its upload is granted until it is gone."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lambdas.kit.clock import from_rfc3339, to_rfc3339
from lambdas.storage import keys
from lambdas.storage.events.timeline import keys_in_timeline


class PhotoState(enum.StrEnum):
    """Where a photo is in its life. Only `SHOWN` is ever visible to guests."""

    WAITING = "waiting"
    """Granted; the bytes have not arrived."""
    PROCESSING = "processing"
    SHOWN = "shown"
    IN_REVIEW = "in_review"
    """Kept; an operator has to look at it."""
    REFUSED = "refused"
    """Not kept; `reason` says why."""
    HIDDEN = "hidden"


FORGOTTEN_AFTER = timedelta(days=1)
# The reason of a photo in review whose processing failed for no fault of its own: it may be processed again.
PROCESSING_FAILED = "processing_failed"


@dataclass(frozen=True)
class Photo:
    """A photo's row. Times are aware UTC, sizes bytes; `device` is the hash of the uploader's device key.

    `counted` is whether the event's quota holds it: an announced file from its grant on, one of a plain form once it is there.
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
    reason: str | None = None
    taken_at: datetime | None = None
    width: int | None = None
    height: int | None = None
    original_version: str | None = None

    @property
    def key(self) -> dict[str, str]:
        """The row's primary key."""
        return keys.row_key(self.event_id, keys.photo_row(self.id))

    def to_row(self) -> dict[str, Any]:
        """The row as DynamoDB stores it; what is None is left out."""
        row: dict[str, Any] = {
            **self.key,
            "id": self.id,
            "event_id": self.event_id,
            "state": self.state.value,
            "device": self.device,
            "name": self.name,
            "size": self.size,
            "granted_until": to_rfc3339(self.granted_until),
            "counted": self.counted,
            "sha256": self.sha256,
            "reason": self.reason,
            "taken_at": to_rfc3339(self.taken_at) if self.taken_at else None,
            "width": self.width,
            "height": self.height,
            "original_version": self.original_version,
        }
        if self.state is PhotoState.WAITING and not self.counted:
            # Nobody would ever look for a form that was not sent.
            row[keys.EXPIRES] = int((self.granted_until + FORGOTTEN_AFTER).timestamp())
        if self.state is PhotoState.SHOWN:
            if self.taken_at is None:
                raise ValueError("a photo that is shown has a time")
            row |= keys_in_timeline(self.event_id, self.taken_at, self.id)
        return {name: value for name, value in row.items() if value is not None}

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Photo:
        """The photo of a row."""
        return cls(
            event_id=row["event_id"],
            id=row["id"],
            state=PhotoState(row["state"]),
            device=row["device"],
            name=row["name"],
            size=int(row["size"]),
            granted_until=from_rfc3339(row["granted_until"]),
            counted=row["counted"],
            sha256=row.get("sha256"),
            reason=row.get("reason"),
            taken_at=from_rfc3339(row["taken_at"]) if "taken_at" in row else None,
            width=int(row["width"]) if "width" in row else None,
            height=int(row["height"]) if "height" in row else None,
            original_version=row.get("original_version"),
        )
