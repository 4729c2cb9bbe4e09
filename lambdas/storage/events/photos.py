"""The store of guests' photos: grants, processing, outcomes, removal, each one conditional write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import to_rfc3339
from lambdas.storage import keys
from lambdas.storage.conditional import update_if
from lambdas.storage.events.photo import Photo, PhotoState, Reason
from lambdas.storage.events.transactions import REFUSED, transact
from lambdas.storage.events.usage import Quota, release_write, reserve_write
from lambdas.storage.rows import Row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

UNFINISHED = (PhotoState.WAITING, PhotoState.PROCESSING)
# The same as a condition of a transaction, which takes texts alone.
IS_UNFINISHED: dict[str, Any] = {
    "ConditionExpression": "#state IN (:waiting, :processing) OR #reason = :failed",
    "ExpressionAttributeNames": {"#state": "state", "#reason": "reason"},
    "ExpressionAttributeValues": {
        ":waiting": PhotoState.WAITING.value,
        ":processing": PhotoState.PROCESSING.value,
        ":failed": Reason.PROCESSING_FAILED.value,
    },
}


class QuotaExceeded(Exception):
    """The files do not fit into the rest of the event's quota."""


class AlreadyThere(Exception):
    """A photo of one of these ids has been written since it was looked up: look again."""


class DuplicatePhoto(Exception):
    """Another photo of the event has the same bytes."""


class PhotoStore:
    """The photos of all events in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, event_id: str, photo_id: str) -> Photo | None:
        """Return the photo, read consistently, or None."""
        return self.get_many(event_id, [photo_id]).get(photo_id)

    def get_many(self, event_id: str, photo_ids: Sequence[str]) -> dict[str, Photo]:
        """Return those of the photos (at most 100) that exist, by id, read consistently."""
        rows = self._rows(event_id, [keys.photo_row(photo_id) for photo_id in photo_ids])
        return {row["id"]: Photo.from_row(row) for row in rows}

    def with_digests(self, event_id: str, digests: Sequence[str]) -> dict[str, str]:
        """Return which photo has which bytes: photo ids by SHA-256 (at most 100)."""
        rows = self._rows(event_id, [keys.digest_row(digest) for digest in digests])
        return {row[keys.SORT].removeprefix(keys.DIGEST_PREFIX): row["photo_id"] for row in rows}

    def with_state(self, event_id: str, state: PhotoState) -> list[Photo]:
        """Return all photos of an event in one state."""
        in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id))
        photos = Key(keys.SORT).begins_with(keys.PHOTO_PREFIX)
        rows = query_all(
            self._table,
            KeyConditionExpression=in_event & photos,
            FilterExpression=Attr("state").eq(state.value),
        )
        return [Photo.from_row(row) for row in rows]

    def grant(self, photos: Sequence[Photo], quota: Quota) -> None:
        """Write new waiting photos of one event (at most 50) and count them: all or none.

        Raises QuotaExceeded if they do not fit, AlreadyThere if one of them has a row.
        """
        files, size = len(photos), sum(photo.size for photo in photos)
        if not quota.could_hold(files, size):
            raise QuotaExceeded
        reserve = reserve_write(self._table, photos[0].event_id, files, size, quota)
        codes = transact(self._table, [reserve, *(self._new(photo) for photo in photos)])
        if codes[:1] == [REFUSED]:
            raise QuotaExceeded
        if codes:
            raise AlreadyThere

    def put_uncounted(self, photo: Photo) -> None:
        """Write a new waiting photo that counts towards the quota once its bytes are there."""
        if photo.counted or transact(self._table, [self._new(photo)]):
            raise ValueError("the photo is counted, or not new")

    def renew_grant(self, photo: Photo, granted_until: datetime) -> bool:
        """Prolong the grant of a photo that still waits; return False if it no longer does."""
        waiting = Attr("state").eq(PhotoState.WAITING.value)
        columns = {"granted_until": to_rfc3339(granted_until)}
        return update_if(self._table, photo.key, waiting, put=columns)

    def begin_processing(self, photo: Photo, *, last_attempt: bool) -> bool:
        """Mark an unfinished photo as being processed; return False if it is finished or gone.

        The last attempt first writes what remains if it kills the function: a photo that is kept
        for an operator to see.
        """
        unfinished = Attr("state").is_in([state.value for state in UNFINISHED]) | Attr("reason").eq(
            Reason.PROCESSING_FAILED.value
        )
        if not last_attempt:
            columns = {"state": PhotoState.PROCESSING.value}
            return update_if(self._table, photo.key, unfinished, put=columns, remove=("reason",))
        columns = {
            "state": PhotoState.IN_REVIEW.value,
            "reason": Reason.PROCESSING_FAILED.value,
        }
        return update_if(self._table, photo.key, unfinished, put=columns)

    def finish(self, photo: Photo, quota: Quota) -> bool:
        """Write the outcome of the processing and its consequences at once.

        A kept photo makes its bytes known, and one that was not counted yet is taken from the
        quota; a refused one returns its share. Returns False if it was finished or deleted before.
        Raises DuplicatePhoto if another photo has these bytes, QuotaExceeded if the event is full.
        """
        refused = photo.state is PhotoState.REFUSED
        row = replace(photo, counted=not refused).to_row()
        writes: list[dict[str, Any]] = [
            {"Put": {"TableName": self._table.name, "Item": row, **IS_UNFINISHED}}
        ]
        if refused and photo.counted:
            writes.append(release_write(self._table, photo.event_id, 1, photo.size))
        if not refused:
            writes.append({"Put": self._digest(photo)})
        if not refused and not photo.counted:
            writes.append(reserve_write(self._table, photo.event_id, 1, photo.size, quota))
        codes = transact(self._table, writes)
        failed = [index for index, code in enumerate(codes) if code == REFUSED]
        if failed and failed[0] == 1:
            raise DuplicatePhoto
        if failed and failed[0] == 2:
            raise QuotaExceeded
        return not failed

    def remove(self, photo: Photo) -> bool:
        """Delete the photo's rows and return its share of the quota; False if it was gone."""
        exists = {
            "TableName": self._table.name,
            "Key": photo.key,
            "ConditionExpression": "attribute_exists(pk)",
        }
        writes: list[dict[str, Any]] = [{"Delete": exists}]
        if photo.counted:
            writes.append(release_write(self._table, photo.event_id, 1, photo.size))
        if photo.sha256 and photo.state is not PhotoState.REFUSED:
            digest = self._digest(photo)
            row = digest.pop("Item")
            key = {name: row[name] for name in (keys.PARTITION, keys.SORT)}
            writes.append({"Delete": {**digest, "Key": key}})
        codes = transact(self._table, writes)
        if len(codes) > 2 and codes[0] == "None":
            # The bytes belong to another photo, since this one never finished.
            codes = transact(self._table, writes[:-1])
        return not codes

    def _new(self, photo: Photo) -> dict[str, Any]:
        """Return the write of a new photo; a refused one may be sent again under its id."""
        return {
            "Put": {
                "TableName": self._table.name,
                "Item": photo.to_row(),
                "ConditionExpression": "attribute_not_exists(pk) OR #state = :refused",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {":refused": PhotoState.REFUSED.value},
            }
        }

    def _digest(self, photo: Photo) -> dict[str, Any]:
        key = keys.row_key(photo.event_id, keys.digest_row(photo.sha256 or ""))
        return {
            "TableName": self._table.name,
            "Item": {**key, "photo_id": photo.id},
            "ConditionExpression": "attribute_not_exists(photo_id) OR photo_id = :photo",
            "ExpressionAttributeValues": {":photo": photo.id},
        }

    def _rows(self, event_id: str, sort_keys: Sequence[str]) -> list[Row]:
        client, name = self._table.meta.client, self._table.name
        wanted: Any = [keys.row_key(event_id, sort_key) for sort_key in dict.fromkeys(sort_keys)]
        rows: list[Row] = []
        while wanted:
            request = {name: {"Keys": wanted, "ConsistentRead": True}}
            answer: Any = client.batch_get_item(RequestItems=request)
            rows += answer["Responses"].get(name, [])
            wanted = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys", [])
        return rows
