"""The deletion of a photo by the device that sent it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lambdas.guests.device import Device
from lambdas.guests.photo_objects import PhotoObjects
from lambdas.kit.errors import Conflict, Forbidden, NotFound
from lambdas.storage.events.event import Event
from lambdas.storage.events.photo import PhotoState
from lambdas.storage.events.photos import PhotoStore


@dataclass(frozen=True)
class Removal:
    """Deletes photos: first the row, so that nothing shows it, then its objects."""

    photos: PhotoStore
    photo_objects: PhotoObjects

    def remove_own(self, event: Event, photo_id: str, device: Device, now: datetime) -> None:
        """Delete a photo for the device that sent it.

        Raises NotFound if there is none that the caller may know of, Forbidden if it is another
        device's, Conflict if it changed at the same moment.
        """
        photo = self.photos.get(event.id, photo_id)
        own = photo is not None and photo.device == device.hash
        if (
            photo is None
            or photo.state is PhotoState.DELETED
            or not (own or (photo.state is PhotoState.SHOWN and event.shows_photos(now)))
        ):
            raise NotFound("There is no such photo.", code="photo_not_found")
        if not own:
            raise Forbidden(
                "Only the device that sent a photo can delete it.", code="not_your_photo"
            )
        mark = self.photos.delete(photo)
        if mark is None:
            raise Conflict("This photo is being changed. Please try again.", code="photo_changed")
        self.photo_objects.settle(mark)
