"""An operator's own file, from its announcement until 400 days later."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

import msgspec

from lambdas.publishing.post_kind import Kind
from lambdas.storage.packing import Packed

# Posts can be scheduled for a year ahead.
RETENTION = timedelta(days=400)
"""How long a file and its row are kept."""


class UploadStatus(enum.StrEnum):
    """How far a file is."""

    WAITING = "waiting"
    """Announced; its bytes have not arrived."""
    EXAMINING = "examining"
    READY = "ready"
    """Examined, and suitable for at least one kind of post."""
    UNSUITABLE = "unsuitable"


class FileProblem(Packed, frozen=True, kw_only=True):
    """What keeps a file from being posted, as a code and a sentence."""

    code: str
    message: str


class FileFacts(Packed, frozen=True, kw_only=True):
    """What the examination found; what it does not know, or what the file has not, is None."""

    content_type: str
    size: int
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    frame_rate: float | None = None
    bit_rate: int | None = None

    @property
    def is_video(self) -> bool:
        """Return whether it is a video."""
        return self.content_type.startswith("video/")


class Upload(Packed, frozen=True, kw_only=True):
    """A file. `size`, `type` and `sha256` are as announced; `facts` as examined.

    `problems` are, for each kind of post, what keeps the file from being one: an empty list says
    that nothing does, a missing kind that nothing is known.
    """

    id: str
    name: str
    size: int
    type: str
    sha256: str
    by: str
    created_at: datetime
    status: UploadStatus = UploadStatus.WAITING
    examined_at: datetime | None = None
    facts: FileFacts | None = None
    problems: dict[Kind, tuple[FileProblem, ...]] = msgspec.field(default_factory=dict)

    @property
    def kept_until(self) -> datetime:
        """Return when it is deleted."""
        return self.created_at + RETENTION

    @property
    def is_video(self) -> bool:
        """Return whether it is a video, as far as is known."""
        return self.facts.is_video if self.facts else self.type.startswith("video/")
