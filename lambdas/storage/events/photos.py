"""The store of guests' photos: processing, outcomes, moderation, deletion.

Each method is one conditional write. Where objects have to change as well, the write leaves a
mark, which the caller confirms once they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import Clock
from lambdas.storage import keys
from lambdas.storage.events.batch import get_rows
from lambdas.storage.events.cleanup import PROCESSING, SETTLING, Mark
from lambdas.storage.events.grant_writes import arrival_writes
from lambdas.storage.events.photo import RESTORABLE, Photo, PhotoState, Reason, expiry
from lambdas.storage.events.photo_writes import (
    digest_delete,
    digest_put,
    outcome_put,
    replace_write,
)
from lambdas.storage.events.shown_lately import appearance
from lambdas.storage.events.transactions import REFUSED, transact
from lambdas.storage.events.usage import Change, Quota, change_write, reserve_write
from lambdas.storage.rows import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import (
        PutTypeDef,
        TransactWriteItemTypeDef,
    )

# What is or was on the page: other features may use it.
SEEN = (PhotoState.SHOWN, PhotoState.HIDDEN)


class QuotaExceeded(Exception):
    """The photo does not fit into the rest of the event's quota."""


class DuplicatePhoto(Exception):
    """Another photo of the event has the same bytes."""


class PhotoStore:
    """The photos of all events in one table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def get(self, event_id: str, photo_id: str) -> Photo | None:
        """Return the photo, read consistently, or None."""
        return self.get_many(event_id, [photo_id]).get(photo_id)

    def get_many(self, event_id: str, photo_ids: Sequence[str]) -> dict[str, Photo]:
        """Return those of the photos that exist, by id, read consistently."""
        rows = get_rows(self._table, event_id, [keys.photo_row(one) for one in photo_ids])
        return {str(row["id"]): Photo.from_row(row) for row in rows.values()}

    def is_shown(self, event_id: str, photo_id: str) -> bool:
        """Return whether a photo is on its event's page, read consistently."""
        photo = self.get(event_id, photo_id)
        return photo is not None and photo.state is PhotoState.SHOWN

    def with_bytes(self, event_id: str, sha256: str) -> Photo | None:
        """Return the kept photo that has these bytes, or None."""
        key = keys.row_key(event_id, keys.digest_row(sha256))
        row = self._table.get_item(Key=key, ConsistentRead=True).get("Item")
        return self.get(event_id, str(row["photo_id"])) if row else None

    def with_state(self, event_id: str, state: PhotoState) -> list[Photo]:
        """Return all photos of an event in one state: as many as its quota allows at most."""
        rows = query_all(
            self._table,
            KeyConditionExpression=Key(keys.PARTITION).eq(keys.event_partition(event_id))
            & Key(keys.SORT).begins_with(keys.PHOTO_PREFIX),
            FilterExpression=Attr("state").eq(state.value),
        )
        return [Photo.from_row(row) for row in rows]

    def add_sent(self, photo: Photo) -> bool:
        """Write the row of a photo that was sent without one; False if there is one already."""
        new: PutTypeDef = {
            "TableName": self._table.name,
            "Item": photo.to_row(),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        return not transact(self._table, [{"Put": new}])

    def begin_processing(
        self, photo: Photo, *, last_attempt: bool, version: str | None = None
    ) -> bool:
        """Count an attempt before it is made; return False if the photo has changed: look again.

        From here on the row means the object version `version`. The last attempt first writes
        what remains if it kills the function: a photo that is kept for an operator to see.
        """
        now = self._clock.now()
        state = PhotoState.IN_REVIEW if last_attempt else PhotoState.PROCESSING
        begun = replace(
            photo,
            state=state,
            reason=Reason.PROCESSING_FAILED if last_attempt else None,
            unsent=False,
            attempts=photo.attempts + 1,
            original_version=photo.original_version or version,
            expires_at=None,
        )
        mark = Mark.of(photo.event_id, photo.id, now + PROCESSING)
        writes = [
            replace_write(self._table, photo, begun),
            mark.write(self._table),
            *arrival_writes(self._table, photo, now),
        ]
        return not transact(self._table, writes)

    def return_attempt(self, photo: Photo) -> None:
        """Take back the attempt that was counted for `photo` and ended with an ordinary error."""
        current = self.get(photo.event_id, photo.id)
        if current and not current.is_finished and current.attempts == photo.attempts + 1:
            transact(
                self._table,
                [replace_write(self._table, current, replace(current, attempts=photo.attempts))],
            )

    def give_up(self, photo: Photo) -> bool:
        """Keep a photo whose processing never ended for an operator to see."""
        kept = replace(photo, state=PhotoState.IN_REVIEW, reason=Reason.PROCESSING_FAILED)
        return not transact(self._table, [replace_write(self._table, photo, kept)])

    def finish(self, photo: Photo, quota: Quota) -> Mark | None:
        """Write the outcome of the processing and its consequences at once.

        A kept photo makes its bytes known, and one that was not counted yet is taken from the
        quota; a refused one returns its share. Returns None if it was finished or deleted before.
        Raises DuplicatePhoto if another photo has these bytes, QuotaExceeded if the event is full.
        """
        refused = photo.state is PhotoState.REFUSED
        finished = replace(photo, counted=not refused, unsent=False)
        if refused:
            # Nothing is kept of it: neither is what says whose it was.
            finished = replace(finished, name="", guest_name=None)
        mark = Mark.of(photo.event_id, photo.id, self._clock.now() + SETTLING)
        writes: list[TransactWriteItemTypeDef] = [{"Put": outcome_put(self._table, finished)}]
        if refused and photo.counted:
            change = Change(-1, -photo.size)
            writes.append(change_write(self._table, photo.event_id, change))
        if not refused:
            writes.append({"Put": digest_put(self._table, photo)})
        if not refused and not photo.counted:
            change = Change(1, photo.size)
            writes.append(reserve_write(self._table, photo.event_id, change, quota))
        codes = transact(self._table, [*writes, mark.write(self._table), *self._appears(finished)])
        failed = [index for index, code in enumerate(codes) if code == REFUSED]
        if failed[:1] == [0] and not photo.may_post:
            current = self.get(photo.event_id, photo.id)
            if current and current.may_post and not current.is_finished:
                # The guest allowed it while the photo was processed.
                return self.finish(replace(photo, may_post=True), quota)
        if failed and failed[0] == 1:
            raise DuplicatePhoto
        if failed and failed[0] == 2:
            raise QuotaExceeded
        return None if failed else mark

    def moderate(
        self,
        photo: Photo,
        state: PhotoState,
        also: Sequence[TransactWriteItemTypeDef] = (),
        reason: Reason | None = None,
    ) -> Mark | None:
        """Put a finished photo into a state; return None if it has changed: look again.

        A binned photo can be restored for some days. `also` is written with it; a photo that has
        no preview stays so, whatever `reason` is.
        """
        now = self._clock.now()
        removed = photo.state in SEEN and state is not PhotoState.SHOWN
        mark = Mark.of(photo.event_id, photo.id, now + SETTLING, removed=removed)
        binned = state is PhotoState.BINNED
        before = photo.state_before if photo.state is PhotoState.BINNED else photo.state
        changed = replace(
            photo,
            state=state,
            reason=Reason.NO_PREVIEW if photo.reason is Reason.NO_PREVIEW else reason,
            approved=photo.approved or state is PhotoState.SHOWN,
            restorable_until=now.replace(microsecond=0) + RESTORABLE if binned else None,
            state_before=before if binned else None,
        )
        writes = [replace_write(self._table, photo, changed), mark.write(self._table), *also]
        return None if transact(self._table, [*writes, *self._appears(changed)]) else mark

    def _appears(self, photo: Photo) -> list[TransactWriteItemTypeDef]:
        """Return the write which says that a photo appears, if it does."""
        if photo.state is not PhotoState.SHOWN:
            return []
        item, now = keys.photo_row(photo.id), self._clock.now()
        return [appearance(self._table, photo.event_id, item, now)]

    def delete(self, photo: Photo, also: Sequence[TransactWriteItemTypeDef] = ()) -> Mark | None:
        """Leave a tombstone and return the photo's share; return None if it has changed.

        `also` is written with it.
        """
        now = self._clock.now()
        removed = photo.state in SEEN
        mark = Mark.of(photo.event_id, photo.id, now + SETTLING, removed=removed)
        at_work = not photo.is_finished and photo.state is not PhotoState.WAITING
        tombstone = Photo(
            event_id=photo.event_id,
            id=photo.id,
            state=PhotoState.DELETED,
            device=photo.device,
            name="",
            size=photo.size,
            granted_until=photo.granted_until,
            counted=False,
            original_version=photo.original_version,
            written_until=now.replace(microsecond=0) + PROCESSING if at_work else None,
            expires_at=expiry(max(now, photo.granted_until)),
        )
        writes = [replace_write(self._table, photo, tombstone), mark.write(self._table), *also]
        if photo.counted:
            change = Change(-1, -photo.size)
            if photo.unsent:
                change = replace(change, unsent_files=-1, unsent_size=-photo.size)
            writes.append(change_write(self._table, photo.event_id, change))
        # The usage row can be written once in a transaction, and the line above has done that.
        uncounted = replace(photo, counted=False)
        writes += arrival_writes(self._table, uncounted, now)
        if photo.sha256 and photo.state is not PhotoState.REFUSED:
            writes.append({"Delete": digest_delete(self._table, photo)})
        codes = transact(self._table, writes)
        if codes[-1:] == [REFUSED] and codes[0] == "None":
            # The bytes belong to another photo, since this one never finished.
            codes = transact(self._table, writes[:-1])
        return None if codes else mark
