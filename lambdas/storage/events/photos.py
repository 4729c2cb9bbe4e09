"""The store of guests' photos: grants, processing, outcomes, removal. Every step is one conditional write."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from lambdas.kit import aws
from lambdas.kit.clock import to_rfc3339
from lambdas.storage import keys
from lambdas.storage.conditional import cancellation_codes, condition_failed
from lambdas.storage.events.photo import PROCESSING_FAILED, Photo, PhotoState
from lambdas.storage.events.usage import Quota, quota_reserved, quota_returned

IS_UNFINISHED = "#state IN (:waiting, :processing) OR #reason = :failed"
UNFINISHED_NAMES = {"#state": "state", "#reason": "reason"}
UNFINISHED_VALUES = {
    ":waiting": PhotoState.WAITING.value,
    ":processing": PhotoState.PROCESSING.value,
    ":failed": PROCESSING_FAILED,
}
FREE_OR_OURS = "attribute_not_exists(photo_id) OR photo_id = :photo"

# Grants of one event meet in its usage row; a transaction that met another one is simply tried again.
MAX_TRIES = 12


class QuotaExceeded(Exception):
    """The files do not fit into what is left of the event's quota."""


class AlreadyThere(Exception):
    """A photo of one of these ids has been written since it was looked for: look again."""


class DuplicatePhoto(Exception):
    """Another photo of the event has the same bytes."""


class PhotoStore:
    """The photos of all events in one table."""

    def __init__(self, table_name: str) -> None:
        self._name = table_name

    def get(self, event_id: str, photo_id: str) -> Photo | None:
        """The photo, read consistently, or None."""
        return self.get_many(event_id, [photo_id]).get(photo_id)

    def get_many(self, event_id: str, photo_ids: Sequence[str]) -> dict[str, Photo]:
        """Those of the photos (at most 100) that exist, by id, read consistently."""
        return {
            row["id"]: Photo.from_row(row)
            for row in self._rows(event_id, [keys.photo_row(i) for i in photo_ids])
        }

    def with_digests(self, event_id: str, digests: Sequence[str]) -> dict[str, str]:
        """Which photo of the event has which bytes: photo ids by SHA-256 (at most 100)."""
        rows = self._rows(event_id, [keys.digest_row(digest) for digest in digests])
        return {row[keys.SORT].removeprefix(keys.DIGEST_PREFIX): row["photo_id"] for row in rows}

    def with_state(self, event_id: str, state: PhotoState) -> list[Photo]:
        """All photos of an event in one state."""
        in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id)) & Key(
            keys.SORT
        ).begins_with(keys.PHOTO_PREFIX)
        query: dict[str, Any] = {
            "KeyConditionExpression": in_event,
            "FilterExpression": Attr("state").eq(state.value),
        }
        photos: list[Photo] = []
        while True:
            answer = aws.table(self._name).query(**query)
            photos += [Photo.from_row(row) for row in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return photos
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def grant(self, photos: Sequence[Photo], quota: Quota) -> None:
        """Writes new waiting photos of one event (at most 50) and takes them from its quota: all of them or none.

        Raises QuotaExceeded if they do not fit, AlreadyThere if one of them has a row.
        """
        files, size = len(photos), sum(photo.size for photo in photos)
        if not quota.could_hold(files, size):
            raise QuotaExceeded
        reserve = quota_reserved(self._name, photos[0].event_id, files, size, quota)
        codes = self._transact([reserve, *(self._new(photo) for photo in photos)])
        if codes[:1] == ["ConditionalCheckFailed"]:
            raise QuotaExceeded
        if codes:
            raise AlreadyThere

    def put_uncounted(self, photo: Photo) -> None:
        """Writes a new waiting photo that counts towards the quota only once its bytes are there."""
        if photo.counted or self._transact([self._new(photo)]):
            raise ValueError("the photo is counted, or not new")

    def renew_grant(self, photo: Photo, granted_until: datetime) -> bool:
        """Prolongs the grant of a photo that still waits for its bytes; False if it no longer does."""
        return self._update(
            photo,
            "SET granted_until = :until",
            "#state = :waiting",
            {"#state": "state"},
            {":until": to_rfc3339(granted_until), ":waiting": PhotoState.WAITING.value},
        )

    def begin_processing(self, photo: Photo, last_attempt: bool) -> bool:
        """Marks an unfinished photo as being processed; False if it is finished or gone.

        What is written at the last attempt is what stays if that attempt kills the function: kept, for an operator to see.
        """
        if last_attempt:
            change, values = (
                "SET #state = :in_review, #reason = :failed",
                {":in_review": PhotoState.IN_REVIEW.value},
            )
        else:
            change, values = "SET #state = :processing REMOVE #reason", {}
        return self._update(
            photo, change, IS_UNFINISHED, UNFINISHED_NAMES, UNFINISHED_VALUES | values
        )

    def finish(self, photo: Photo, quota: Quota) -> bool:
        """Writes the outcome of the processing, and what follows from it, at once.

        A photo that is kept makes its bytes known, and one that was not counted yet is taken from the quota; one that is refused
        gives its share back. False if somebody else finished or deleted it before. Raises DuplicatePhoto if another photo of the
        event has these bytes, QuotaExceeded if the event is full.
        """
        refused = photo.state is PhotoState.REFUSED
        put: dict[str, Any] = {
            "TableName": self._name,
            "Item": replace(photo, counted=not refused).to_row(),
        }
        put |= {"ConditionExpression": IS_UNFINISHED, "ExpressionAttributeNames": UNFINISHED_NAMES}
        writes: list[dict[str, Any]] = [
            {"Put": {**put, "ExpressionAttributeValues": UNFINISHED_VALUES}}
        ]
        if refused and photo.counted:
            writes.append(quota_returned(self._name, photo.event_id, 1, photo.size))
        if not refused:
            writes.append({"Put": self._digest(photo)})
        if not refused and not photo.counted:
            writes.append(quota_reserved(self._name, photo.event_id, 1, photo.size, quota))
        failed = [
            index
            for index, code in enumerate(self._transact(writes))
            if code == "ConditionalCheckFailed"
        ]
        if failed and failed[0] == 1:
            raise DuplicatePhoto
        if failed and failed[0] == 2:
            raise QuotaExceeded
        return not failed

    def remove(self, photo: Photo) -> bool:
        """Deletes the photo's row and its bytes' row, and returns its share of the quota; False if it was gone already."""
        there = {
            "TableName": self._name,
            "Key": photo.key,
            "ConditionExpression": "attribute_exists(pk)",
        }
        writes: list[dict[str, Any]] = [{"Delete": there}]
        if photo.counted:
            writes.append(quota_returned(self._name, photo.event_id, 1, photo.size))
        if photo.sha256 and photo.state is not PhotoState.REFUSED:
            digest = self._digest(photo)
            item = digest.pop("Item")
            writes.append(
                {
                    "Delete": {
                        **digest,
                        "Key": {name: item[name] for name in (keys.PARTITION, keys.SORT)},
                    }
                }
            )
        codes = self._transact(writes)
        if len(codes) > 2 and codes[0] == "None":
            # The bytes belong to another photo (this one never finished): only its own row goes.
            codes = self._transact(writes[:-1])
        return not codes

    def _new(self, photo: Photo) -> dict[str, Any]:
        """A photo that was refused left nothing behind: it may be sent again, under its id."""
        put: dict[str, Any] = {"TableName": self._name, "Item": photo.to_row()}
        put |= {
            "ConditionExpression": "attribute_not_exists(pk) OR #state = :refused",
            "ExpressionAttributeNames": {"#state": "state"},
        }
        return {"Put": put | {"ExpressionAttributeValues": {":refused": PhotoState.REFUSED.value}}}

    def _digest(self, photo: Photo) -> dict[str, Any]:
        return {
            "TableName": self._name,
            "Item": {
                **keys.row_key(photo.event_id, keys.digest_row(photo.sha256 or "")),
                "photo_id": photo.id,
            },
            "ConditionExpression": FREE_OR_OURS,
            "ExpressionAttributeValues": {":photo": photo.id},
        }

    def _update(
        self,
        photo: Photo,
        change: str,
        condition: str,
        names: dict[str, str],
        values: dict[str, str],
    ) -> bool:
        try:
            aws.table(self._name).update_item(
                Key=photo.key,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def _transact(self, writes: list[dict[str, Any]]) -> list[str]:
        """Runs a transaction; empty if it went through, else why each write was refused by its own condition."""
        client = aws.table(self._name).meta.client
        for attempt in range(MAX_TRIES):
            try:
                client.transact_write_items(TransactItems=writes)  # type: ignore[arg-type]
                return []
            except ClientError as error:
                codes = cancellation_codes(error)
                if "ConditionalCheckFailed" in codes:
                    return codes
                if "TransactionConflict" not in codes or attempt == MAX_TRIES - 1:
                    raise
                time.sleep(random.uniform(0, min(0.02 * 2**attempt, 0.5)))
        raise AssertionError("unreachable")

    def _rows(self, event_id: str, sort_keys: Sequence[str]) -> list[dict[str, Any]]:
        client = aws.table(self._name).meta.client
        wanted: Any = [keys.row_key(event_id, sort_key) for sort_key in dict.fromkeys(sort_keys)]
        rows: list[dict[str, Any]] = []
        while wanted:
            answer: Any = client.batch_get_item(
                RequestItems={self._name: {"Keys": wanted, "ConsistentRead": True}}
            )
            rows += answer["Responses"].get(self._name, [])
            wanted = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
        return rows
