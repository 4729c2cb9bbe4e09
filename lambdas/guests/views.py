"""The JSON that guests' routes answer with; the names are those of the public contract."""

from __future__ import annotations

import enum

import msgspec
from msgspec import UNSET, UnsetType

from lambdas.storage.events.event import Mode
from lambdas.storage.events.feed_state import FeedLabel
from lambdas.storage.events.photo import Reason
from lambdas.storage.events.post import MediaKind


class ItemSource(enum.StrEnum):
    """Where an entry of the timeline comes from."""

    GUEST = "guest"
    INSTAGRAM = "instagram"


class UploadOutcome(enum.StrEnum):
    """What an announced file gets."""

    UPLOAD = "upload"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class UploadStatus(enum.StrEnum):
    """The state of an upload, as its sender sees it."""

    WAITING = "waiting"
    PROCESSING = "processing"
    SHOWN = "shown"
    IN_REVIEW = "in_review"
    REFUSED = "refused"


class LimitsJson(msgspec.Struct):
    """What a guest may send; sizes in bytes."""

    max_file_bytes: int
    max_request_files: int
    max_event_files: int
    max_event_bytes: int


class SectionJson(msgspec.Struct):
    """A part of an event; only hosts add photos to one that is `hosts_only`."""

    id: str
    title: str
    hosts_only: bool


class EventJson(msgspec.Struct):
    """An event; times are RFC 3339 in UTC, the window is half-open.

    `accepting_uploads` is whether photos can be added now, `photos_visible` whether guests see
    photos now, `reveal_at` from when on. `asks_to_post` is whether guests are asked if the host
    may post their photos on Instagram. `cover` are the links to the photo at the head of the page.
    `full` is whether the event takes no more photos; `capacity` says so in words, or how many more
    fit once few do.
    """

    id: str
    title: str
    welcome: str | None
    starts_at: str
    ends_at: str
    time_zone: str
    accent: str | None
    mode: Mode
    photos_visible: bool
    reveal_at: str | None
    accepting_uploads: bool
    upload_opens_at: str | None
    upload_closes_at: str | None
    asks_to_post: bool
    limits: LimitsJson
    cover: dict[str, str] | None = None
    sections: list[SectionJson] = []
    full: bool = False
    capacity: str | None = None


class PictureJson(msgspec.Struct):
    """A picture; `width` and `height` are pixels, null if unknown."""

    kind: MediaKind
    width: int | None
    height: int | None
    urls: dict[str, str]
    video_url: str | UnsetType = UNSET


class ItemJson(msgspec.Struct):
    """An entry of the timeline; unknown optional fields are left out.

    `may_post` is whether the guest allows the host to post the photo, on the guest's own photos.
    `guest_name` is how the guest of a photo wants to be named.
    """

    id: str
    source: ItemSource
    kind: MediaKind
    taken_at: str
    width: int | None
    height: int | None
    urls: dict[str, str]
    video_url: str | UnsetType = UNSET
    caption: str | UnsetType = UNSET
    permalink: str | UnsetType = UNSET
    children: list[PictureJson] | UnsetType = UNSET
    mine: bool | UnsetType = UNSET
    may_post: bool | UnsetType = UNSET
    section: str | UnsetType = UNSET
    guest_name: str | UnsetType = UNSET


class InstagramJson(msgspec.Struct):
    """How current the Instagram posts are."""

    state: FeedLabel
    synced_at: str | None


class TimelineJson(msgspec.Struct):
    """What `GET /g/{event_id}/photos` answers."""

    event: EventJson
    items: list[ItemJson]
    next: str | None
    instagram: InstagramJson


class PostJson(msgspec.Struct):
    """A form to post to the bucket: its address, and the fields before the file."""

    url: str
    fields: dict[str, str]


class UploadJson(msgspec.Struct):
    """What one announced file gets; `message` is a sentence for a person."""

    id: str | None
    status: UploadOutcome
    post: PostJson | UnsetType = UNSET
    expires_at: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    message: str | UnsetType = UNSET


class UploadsJson(msgspec.Struct):
    """What `POST /g/{event_id}/uploads` answers."""

    uploads: list[UploadJson]


class UploadStatusJson(msgspec.Struct):
    """The state of one upload; `message` is a sentence for a person."""

    id: str
    status: UploadStatus
    reason: Reason | UnsetType = UNSET
    message: str | UnsetType = UNSET


class UploadStatusesJson(msgspec.Struct):
    """What `GET /g/{event_id}/uploads` answers."""

    uploads: list[UploadStatusJson]
