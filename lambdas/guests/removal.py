"""Taking a photo away: the row first, so that nothing shows it, then its objects."""

from __future__ import annotations

from lambdas.guests.device import Device
from lambdas.kit.errors import Forbidden, NotFound
from lambdas.pictures.sizes import SIZES
from lambdas.storage import keys
from lambdas.storage.events.event import Event
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.objects import ObjectStore


def remove_own_photo(
    event: Event, photo_id: str, device: Device, photos: PhotoStore, objects: ObjectStore
) -> None:
    """Deletes a photo for the device that sent it. Raises NotFound if there is none that the caller may know of, Forbidden if it
    is somebody else's."""
    photo = photos.get(event.id, photo_id) if photo_id.isalnum() else None
    own = photo is not None and photo.device == device.hash
    if photo is None or not (own or photo.state is PhotoState.SHOWN):
        raise NotFound("There is no such photo.", code="photo_not_found")
    if not own:
        raise Forbidden("Only the device that sent a photo can delete it.", code="not_your_photo")
    photos.remove(photo)
    objects.delete(objects_of(photo))


def objects_of(photo: Photo) -> list[str]:
    """The keys of everything that the bucket holds of a photo."""
    return [
        keys.original_object(photo.event_id, photo.id),
        *keys.shown_objects(photo.event_id, photo.id, SIZES),
    ]
