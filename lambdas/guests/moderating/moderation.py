"""Decisions about photos: shown, hidden, deleted, restored; one or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from lambdas.api.identifiers import is_identifier
from lambdas.guests.hosting.callers import Caller
from lambdas.guests.moderating.review import DELETED, STATES, state_name
from lambdas.guests.moderating.settling import AFTER_REQUEST, AT_ONCE, SettlingOrders
from lambdas.guests.moderating.views import DecisionJson
from lambdas.guests.photo_objects import PhotoObjects
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, DaybookError, NotFound, Unavailable
from lambdas.storage.events.cleanup import Mark
from lambdas.storage.events.host_audit import HostAudit
from lambdas.storage.events.photo import FINISHED, Photo, PhotoState
from lambdas.storage.events.photos import PhotoStore

# Most of the time is waiting for the table and the bucket.
THREADS = 16
# What is not settled by then is settled in the background; the photos are decided already.
SETTLING = timedelta(seconds=8)
# Of so few a request settles all.
FEW = 20


@dataclass(frozen=True)
class Decision:
    """How one photo was decided: its row `before` and `after`, and the mark of its objects."""

    before: Photo
    after: Photo
    mark: Mark | None = None


@dataclass(frozen=True)
class Moderation:
    """Decides about photos. First the row, so that nothing shows it, then its objects."""

    photos: PhotoStore
    photo_objects: PhotoObjects
    orders: SettlingOrders
    audit: HostAudit
    clock: Clock
    logger: Logger

    def decide(self, caller: Caller, photo_id: str, state: str, seen: str | None = None) -> Photo:
        """Put a photo into a state. Raises NotFound, and Conflict if it cannot be or has changed.

        `seen` is the state that the caller saw: if it has another one, another host has decided.
        """
        photo = self.photos.get(caller.event.id, photo_id)
        decision = self._decided(caller, photo, STATES[state], seen)
        if decision.mark:
            self.photo_objects.settle(decision.mark)
        return decision.after

    def decide_all(
        self, caller: Caller, ids: Sequence[str], state: str, seen: str | None = None
    ) -> list[DecisionJson]:
        """Put many photos into a state; each is decided by itself, in the order of the ids."""
        wanted = list(dict.fromkeys(ids))
        photos = self.photos.get_many(caller.event.id, list(filter(is_identifier, wanted)))
        event_id, until = caller.event.id, self.clock.now() + SETTLING
        if len(wanted) > FEW:
            self.orders.send(event_id, list(photos), AFTER_REQUEST)
        with ThreadPoolExecutor(THREADS) as threads:
            outcomes = list(
                threads.map(
                    lambda one: self._outcome(caller, photos.get(one), STATES[state], seen), wanted
                )
            )
            marks = [one.mark for one in outcomes if isinstance(one, Decision) and one.mark]
            left = [one for one in threads.map(lambda mark: self._left(mark, until), marks) if one]
        self.orders.send(event_id, left, AT_ONCE)
        return [
            _json(photo_id, outcome, photos)
            for photo_id, outcome in zip(wanted, outcomes, strict=True)
        ]

    def _outcome(
        self, caller: Caller, photo: Photo | None, state: PhotoState, seen: str | None
    ) -> Decision | DaybookError:
        try:
            return self._decided(caller, photo, state, seen)
        except DaybookError as error:
            return error
        except Exception:
            # One photo that cannot be decided must not keep the others from it.
            extra = {"event_id": caller.event.id, "photo_id": photo.id if photo else None}
            self.logger.exception("photo could not be decided", extra=extra)
            return Unavailable("This photo could not be changed. Please try again.", code="busy")

    def _left(self, mark: Mark, until: datetime) -> str | None:
        """Settle a photo; return its id if there is no time, or it fails."""
        if self.clock.now() >= until:
            return mark.photo_id
        try:
            self.photo_objects.settle(mark)
        except Exception:
            extra = {"event_id": mark.event_id, "photo_id": mark.photo_id}
            self.logger.exception("photo could not be settled yet", extra=extra)
            return mark.photo_id
        return None

    def _decided(
        self, caller: Caller, photo: Photo | None, state: PhotoState, seen: str | None
    ) -> Decision:
        if photo is None or photo.state in (PhotoState.DELETED, PhotoState.REFUSED):
            raise NotFound("There is no such photo.", code="photo_not_found")
        if photo.state is state:
            return Decision(photo, photo)
        if seen and state_name(photo) != seen:
            raise _changed(photo)
        finished = photo.state in FINISHED and photo.is_finished
        if not finished and state is not PhotoState.BINNED:
            raise Conflict("This photo is still being processed.", code="photo_not_ready")
        if state is PhotoState.SHOWN and photo.width is None:
            raise Conflict(
                "This file cannot be shown. Download it instead.", code="photo_has_no_preview"
            )
        detail = f"{state_name(photo)} -> {DELETED if state is PhotoState.BINNED else state}"
        entry = caller.entry(self.clock, "photo_moderated", photo.id, detail=detail)
        also = [self.audit.write(entry)]
        # What was never finished has nothing to restore.
        mark = (
            self.photos.moderate(photo, state, also)
            if finished
            else self.photos.delete(photo, also)
        )
        current = self.photos.get(photo.event_id, photo.id) or photo
        if mark is None:
            raise _changed(current)
        return Decision(photo, current, mark)


def _changed(photo: Photo) -> Conflict:
    return Conflict(
        f"This photo has been changed in the meantime: it is {_word(photo)} now.",
        code="photo_changed",
        details={"state": state_name(photo)},
    )


def _word(photo: Photo) -> str:
    return state_name(photo).replace("in_review", "waiting")


def _json(
    photo_id: str, outcome: Decision | DaybookError, photos: Mapping[str, Photo]
) -> DecisionJson:
    if isinstance(outcome, Decision):
        return DecisionJson(photo_id, state_name(outcome.after), state_name(outcome.before))
    known = photos.get(photo_id)
    gone = known is None or known.state in (PhotoState.DELETED, PhotoState.REFUSED)
    state = None if gone or known is None else state_name(known)
    state = str(outcome.details.get("state", state)) if state else None
    return DecisionJson(photo_id, state, state, outcome.code, outcome.message)
