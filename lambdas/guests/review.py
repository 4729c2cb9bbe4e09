"""What operators see of an event's photos: all states, and the originals of what cannot be shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lambdas.kit.clock import to_rfc3339
from lambdas.kit.errors import InvalidRequest
from lambdas.storage import keys
from lambdas.storage.events.event import Event
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.objects import ObjectStore

ORIGINAL_LINK = timedelta(minutes=10)
STATES = tuple(state.value for state in PhotoState)


def photos_in_state(
    event: Event, state: str, photos: PhotoStore, objects: ObjectStore
) -> list[dict[str, Any]]:
    """The event's photos of one state, oldest grant first, as JSON. Raises InvalidRequest for an unknown state."""
    if state not in STATES:
        raise InvalidRequest(f"state must be one of {', '.join(STATES)}.", code="invalid_state")
    found = photos.with_state(event.id, PhotoState(state))
    return [
        _to_json(photo, objects) for photo in sorted(found, key=lambda photo: photo.granted_until)
    ]


def _to_json(photo: Photo, objects: ObjectStore) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": photo.id,
        "state": photo.state.value,
        "reason": photo.reason,
        "name": photo.name,
        "size": photo.size,
        "taken_at": to_rfc3339(photo.taken_at) if photo.taken_at else None,
    }
    if photo.state in (PhotoState.SHOWN, PhotoState.IN_REVIEW, PhotoState.HIDDEN):
        # A stranger's file: it is saved, never opened in the browser, whatever it is.
        shape["original_url"] = objects.link(
            keys.original_object(photo.event_id, photo.id),
            ORIGINAL_LINK,
            **({"VersionId": photo.original_version} if photo.original_version else {}),
            ResponseContentDisposition=f'attachment; filename="{photo.id}"',
            ResponseContentType="application/octet-stream",
        )
    return shape
