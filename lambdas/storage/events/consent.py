"""What guests allow the host to do with a photo, and what other features may therefore post.

Consent belongs to the device whose photo is kept: it is given with the photo, or later by sending
the same bytes again with the box ticked. Another device's copy adds nothing to it. Sending the
bytes again without the tick takes nothing back: browsers repeat announcements by themselves, and
the page says that deleting the photo is the way to take it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.kit.errors import NotFound
from lambdas.storage import object_keys
from lambdas.storage.conditional import update_if
from lambdas.storage.events.event import EventStore
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.events.photos import PhotoStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

GONE = (PhotoState.REFUSED.value, PhotoState.DELETED.value)


@dataclass(frozen=True)
class PostablePhoto:
    """A photo that may be posted: its original in the photo bucket, and its event.

    `version` is the only object version that may be read, None in a bucket without versions.
    `type` is the media type of the bytes, None for photos from earlier releases.
    """

    event_id: str
    photo_id: str
    key: str
    version: str | None
    type: str | None
    title: str
    time_zone: str


@dataclass(frozen=True)
class Consents:
    """Records what guests allow."""

    table: Table

    def add(self, photo: Photo, device: str) -> bool:
        """Record that `device` allows posting `photo`; return False if the photo is not its own.

        Returns False as well if nothing is kept of the photo any more.
        """
        own = Attr("device").eq(device) & ~Attr("state").is_in(list(GONE))
        return update_if(self.table, photo.key, own, put={"may_post": True})


@dataclass(frozen=True)
class PostablePhotos:
    """Finds photos for features that post them."""

    events: EventStore
    photos: PhotoStore

    def get(self, event_id: str, photo_id: str) -> PostablePhoto | None:
        """Return a photo that is on the page and may be posted, read consistently, else None.

        What a guest allowed counts for as long as the event asks for it.
        """
        try:
            event = self.events.get(event_id)
        except NotFound:
            return None
        photo = self.photos.get(event_id, photo_id)
        if photo is None or photo.state is not PhotoState.SHOWN:
            return None
        if not (photo.may_post and event.asks_to_post):
            return None
        return PostablePhoto(
            event_id=event_id,
            photo_id=photo_id,
            key=object_keys.original_object(event_id, photo_id),
            version=photo.original_version,
            type=photo.type,
            title=event.title,
            time_zone=event.time_zone,
        )
