"""What hosts and operators see of an event's photos: all states, with links to what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from msgspec import UNSET

from lambdas.api.answer_size import fitting
from lambdas.api.cursor import seal, unseal
from lambdas.api.request import Request
from lambdas.guests.hosting.callers import Caller
from lambdas.guests.links import PictureLinks
from lambdas.guests.moderating.views import ReportJson, ReviewJson, ReviewPhotoJson
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import Forbidden, InvalidRequest
from lambdas.pictures.sizes import SIZES
from lambdas.storage import object_keys
from lambdas.storage.events.host_links import Role
from lambdas.storage.events.photo import FINISHED, Photo, PhotoState, Reason
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.events.reports import Report, ReportStore
from lambdas.storage.objects import ObjectStore

LINK_LIFETIME = timedelta(hours=1)
DEFAULT_LIMIT, MAX_LIMIT = 100, 200
# What hosts call deleted can be restored; what is deleted for good is not there any more.
DELETED = PhotoState.DELETED.value
STATES = {state.value: state for state in PhotoState if state is not PhotoState.BINNED} | {
    DELETED: PhotoState.BINNED
}


@dataclass(frozen=True)
class Review:
    """Lists photos for hosts and operators."""

    photos: PhotoStore
    objects: ObjectStore
    links: PictureLinks
    reports: ReportStore
    cursor_secret: str
    clock: Clock

    def page(self, caller: Caller, request: Request) -> ReviewJson:
        """Return one page of the photos in one state: those reported first, then the newest.

        Raises InvalidRequest for an unknown state, a bad limit or cursor, Forbidden for a state
        that the caller does not see.
        """
        event_id, name = caller.event.id, request.query.get("state", PhotoState.IN_REVIEW.value)
        if name not in STATES:
            raise InvalidRequest(f"state must be one of {', '.join(STATES)}.", code="invalid_state")
        decides = caller.role.includes(Role.MODERATOR)
        if name != PhotoState.SHOWN.value and not decides:
            raise Forbidden("Your link shows the photos on the page only.", code="role_too_low")
        limit, cursor = request.limit(DEFAULT_LIMIT, MAX_LIMIT), request.query.get("cursor")
        scope = f"{event_id}:review:{name}"
        start = None if cursor is None else unseal(scope, cursor, self.cursor_secret)
        if not decides and not caller.event.shows_photos(self.clock.now()):
            return ReviewJson([], None)
        photos = sorted(self.photos.with_state(event_id, STATES[name]), key=_place)
        if start:
            after = (int(start["rank"]), int(start["time"]), start["id"])
            photos = [photo for photo in photos if _place(photo) > after]
        shown, last = self.to_json(caller, photos[:limit]), None
        fit = fitting(shown)
        if len(photos) > fit:
            rank, time, photo_id = _place(photos[fit - 1])
            last = {"rank": str(rank), "time": str(time), "id": photo_id}
        return ReviewJson(shown[:fit], seal(scope, last, self.cursor_secret))

    def to_json(self, caller: Caller, photos: Sequence[Photo]) -> list[ReviewPhotoJson]:
        """Return photos as a caller may see them."""
        may_decide = caller.role.includes(Role.MODERATOR)
        reports = {
            photo.id: self.reports.of_photo(photo.event_id, photo.id)
            for photo in photos
            if may_decide and photo.reason is Reason.REPORTED
        }
        return [self._one(photo, may_decide, reports) for photo in photos]

    def _one(
        self, photo: Photo, may_decide: bool, reports: Mapping[str, list[Report]]
    ) -> ReviewPhotoJson:
        kept = photo.state in FINISHED
        return ReviewPhotoJson(
            id=photo.id,
            state=state_name(photo),
            reason=photo.reason,
            name=photo.name if may_decide else "",
            size=photo.size,
            taken_at=to_rfc3339(photo.taken_at) if photo.taken_at else None,
            damaged=photo.damaged,
            may_post=photo.may_post,
            width=photo.width,
            height=photo.height,
            section=photo.section,
            guest_name=photo.guest_name,
            urls=self._urls(photo) if kept and photo.width else UNSET,
            restorable_until=(
                to_rfc3339(photo.restorable_until) if photo.restorable_until else UNSET
            ),
            state_before=photo.state_before.value if photo.state_before else UNSET,
            reports=(
                [ReportJson(one.reason, one.text, to_rfc3339(one.at)) for one in reports[photo.id]]
                if photo.id in reports
                else UNSET
            ),
            original_url=self._link(photo) if kept and may_decide else UNSET,
        )

    def _urls(self, photo: Photo) -> dict[str, str]:
        if photo.state is PhotoState.SHOWN:
            return self.links.of(photo.event_id, photo.id)
        pending = {
            size: object_keys.pending_object(photo.event_id, photo.id, size) for size in SIZES
        }
        return {size: self.objects.link(key, LINK_LIFETIME) for size, key in pending.items()}

    def _link(self, photo: Photo) -> str:
        """Return a link that saves a guest's file; no browser ever opens it."""
        version = {"VersionId": photo.original_version} if photo.original_version else {}
        return self.objects.link(
            object_keys.original_object(photo.event_id, photo.id),
            LINK_LIFETIME,
            **version,
            ResponseContentDisposition=f'attachment; filename="{photo.id}"',
            ResponseContentType="application/octet-stream",
        )


def _place(photo: Photo) -> tuple[int, int, str]:
    """Return by what photos are sorted: reports cannot wait, and new photos come before old."""
    rank = 0 if photo.reason is Reason.REPORTED else 1
    moment = photo.taken_at or photo.last_modified or photo.granted_until
    return rank, -round(moment.timestamp() * 1000), photo.id


def state_name(photo: Photo) -> str:
    """Return what hosts and operators call a photo's state."""
    return DELETED if photo.state is PhotoState.BINNED else photo.state.value
