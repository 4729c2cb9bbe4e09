"""What operators see of an event's photos: all states, and the originals of those that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from msgspec import UNSET

from lambdas.api.cursor import seal, unseal
from lambdas.api.request import Request
from lambdas.guests.photo_objects import PhotoObjects
from lambdas.guests.views import ReviewJson, ReviewPhotoJson
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.errors import Conflict, InvalidRequest, NotFound
from lambdas.storage import keys
from lambdas.storage.events.event import Event
from lambdas.storage.events.photo import FINISHED, Photo, PhotoState
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.objects import ObjectStore

LINK_LIFETIME = timedelta(minutes=10)
DEFAULT_LIMIT = 100
MAX_LIMIT = 200


@dataclass(frozen=True)
class Review:
    """Lists and moderates photos for operators."""

    photos: PhotoStore
    objects: ObjectStore
    photo_objects: PhotoObjects
    cursor_secret: str

    def page(self, event: Event, request: Request) -> ReviewJson:
        """Return one page of the photos in one state, in the order of their ids.

        Raises InvalidRequest for an unknown state, a bad limit or cursor.
        """
        state = _state_of(request.query.get("state", PhotoState.IN_REVIEW.value))
        limit, cursor = request.limit(DEFAULT_LIMIT, MAX_LIMIT), request.query.get("cursor")
        scope = f"{event.id}:review:{state}"
        start = None if cursor is None else unseal(scope, cursor, self.cursor_secret)["after"]
        page = self.photos.with_state(event.id, state, limit, start)
        after = {"after": page.next} if page.next else None
        shown = [self._to_json(photo) for photo in page.photos]
        return ReviewJson(shown, seal(scope, after, self.cursor_secret))

    def moderate(self, event: Event, photo_id: str, state: PhotoState) -> ReviewPhotoJson:
        """Show, hide or delete a photo, and its bytes with it.

        Raises NotFound if there is none, Conflict if its state does not allow it.
        """
        photo = self.photos.get(event.id, photo_id)
        if photo is None or photo.state in (PhotoState.DELETED, PhotoState.REFUSED):
            raise NotFound("There is no such photo.", code="photo_not_found")
        if state is PhotoState.DELETED:
            mark = self.photos.delete(photo)
        elif photo.state not in FINISHED or not photo.is_finished:
            raise Conflict("This photo is still being processed.", code="photo_not_ready")
        elif state is PhotoState.SHOWN and photo.width is None:
            raise Conflict(
                "This file cannot be shown. Download it instead.", code="photo_has_no_preview"
            )
        else:
            mark = self.photos.moderate(photo, state)
        if mark is None:
            raise Conflict("This photo has just changed. Please try again.", code="photo_changed")
        self.photo_objects.settle(mark)
        current = self.photos.get(event.id, photo_id)
        return self._to_json(current or photo)

    def _to_json(self, photo: Photo) -> ReviewPhotoJson:
        kept = photo.state in FINISHED
        return ReviewPhotoJson(
            id=photo.id,
            state=photo.state,
            reason=photo.reason,
            name=photo.name,
            size=photo.size,
            taken_at=to_rfc3339(photo.taken_at) if photo.taken_at else None,
            damaged=photo.damaged,
            may_post=photo.may_post,
            original_url=self._link(photo) if kept else UNSET,
        )

    def _link(self, photo: Photo) -> str:
        """Return a link that saves a guest's file; no browser ever opens it."""
        version = {"VersionId": photo.original_version} if photo.original_version else {}
        return self.objects.link(
            keys.original_object(photo.event_id, photo.id),
            LINK_LIFETIME,
            **version,
            ResponseContentDisposition=f'attachment; filename="{photo.id}"',
            ResponseContentType="application/octet-stream",
        )


def _state_of(text: str) -> PhotoState:
    try:
        return PhotoState(text)
    except ValueError:
        states = ", ".join(PhotoState)
        raise InvalidRequest(f"state must be one of {states}.", code="invalid_state") from None
