"""Writes of photos, as parts of transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.storage import keys
from lambdas.storage.events.photo import Photo, PhotoState, Reason

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

IS_UNFINISHED: dict[str, Any] = {
    "ConditionExpression": "#state IN (:waiting, :processing) OR #reason = :failed",
    "ExpressionAttributeNames": {"#state": "state", "#reason": "reason"},
    "ExpressionAttributeValues": {
        ":waiting": PhotoState.WAITING.value,
        ":processing": PhotoState.PROCESSING.value,
        ":failed": Reason.PROCESSING_FAILED.value,
    },
}


def replace_write(table: Table, old: Photo, new: Photo) -> dict[str, Any]:
    """Return the write that replaces a row as it was read."""
    return {
        "Put": {
            "TableName": table.name,
            "Item": new.to_row(),
            "ConditionExpression": "#state = :state"
            " AND (attribute_not_exists(#attempts) OR #attempts = :attempts)"
            " AND (attribute_not_exists(#unsent) OR #unsent = :unsent)",
            "ExpressionAttributeNames": {
                "#state": "state",
                "#attempts": "attempts",
                "#unsent": "unsent",
            },
            "ExpressionAttributeValues": {
                ":state": old.state.value,
                ":attempts": old.attempts,
                ":unsent": old.unsent,
            },
        }
    }


def digest_put(table: Table, photo: Photo) -> dict[str, Any]:
    """Return the put of the row that names a photo by its bytes, unless it names another."""
    key = keys.row_key(photo.event_id, keys.digest_row(photo.sha256 or ""))
    return {
        "TableName": table.name,
        "Item": {**key, "photo_id": photo.id},
        "ConditionExpression": "attribute_not_exists(photo_id) OR photo_id = :photo",
        "ExpressionAttributeValues": {":photo": photo.id},
    }
