"""What the emulator stores of publishing: containers, their files, and how an account behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

IMAGE_SECONDS, VIDEO_SECONDS = 0, 30
QUOTA = 50
MAX_CONTAINERS = 400
LIFETIME = timedelta(hours=24)


class ContainerStatus(StrEnum):
    """The states of a media container."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"


class Spam(StrEnum):
    """When publishing is judged as spam, relative to the effect of the call."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class ArrivedFile:
    """What is known of the bytes of an image or video that arrived."""

    sha256: str
    size: int
    width: int
    height: int
    format: str
    metadata: tuple[str, ...] = ()
    """Of an image: which of exif, xmp, icc, comment and iptc it has."""
    seconds: float | None = None
    """Of a video: its duration."""


@dataclass(frozen=True)
class PlannedContainer:
    """How a container that is created next behaves; what is None is as usual."""

    seconds: int | None = None
    failure: int | None = None
    """The error subcode to report once the processing time is over."""
    text_only: bool = False
    """Fails without a `status_code`: only the text of `status` says so."""


@dataclass
class PublishingRules:
    """How publishing behaves for an account; `publishing_knobs.py` describes each."""

    quota_total: int = QUOTA
    quota_used: int = 0
    container_total: int = MAX_CONTAINERS
    image_seconds: int = IMAGE_SECONDS
    video_seconds: int = VIDEO_SECONDS
    next_containers: list[PlannedContainer] = field(default_factory=list)
    lag_seconds: int = 0
    media_lag_seconds: int = 0
    permalink_lag_seconds: int = 0
    spam: Spam | None = None
    limit_config: bool = True

    def next_container(self) -> PlannedContainer:
        """Return the plan of the container that is created now, and use it up."""
        return self.next_containers.pop(0) if self.next_containers else PlannedContainer()


@dataclass
class EmulatedContainer:
    """A media container; `seconds` is its processing time in emulated time."""

    id: str
    account_id: str
    kind: str
    made_at: datetime
    children: tuple[str, ...]
    seconds: int
    options: Mapping[str, str] = field(default_factory=dict)
    """The parameters that it was created with."""
    is_item: bool = False
    is_video: bool = False
    failure: int | None = None
    """The error subcode to report instead of finishing, once the processing time is over."""
    text_only: bool = False
    """Fails, and has no `status_code`."""
    published: str | None = None
    """The id of the published media."""
    published_at: datetime | None = None
    awaits_upload: bool = False
    received: bytes = b""
    started_at: datetime | None = None
    """When its processing started, if that was later than its creation."""
    visible_from: datetime | None = None
    """Before then it answers as if it did not exist."""
    file: ArrivedFile | None = None
    cover: ArrivedFile | None = None
    source_url: str | None = None
    """The URL of a video that has to be readable until its processing is over."""
    reads: list[datetime] = field(default_factory=list)
    """When its status was read."""

    @property
    def caption(self) -> str | None:
        """Return the caption, if it has one."""
        return self.options.get("caption") or None

    @property
    def has_failed(self) -> bool:
        """Return whether it ends in an error, now or later."""
        return self.failure is not None or self.text_only

    def is_visible(self, now: datetime) -> bool:
        """Return whether it can be read."""
        return self.visible_from is None or self.visible_from <= now

    def is_processed(self, now: datetime) -> bool:
        """Return whether the processing time is over."""
        if self.awaits_upload:
            return False
        return now - (self.started_at or self.made_at) >= timedelta(seconds=self.seconds)
