"""Writes of photos, as parts of transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.storage import keys
from lambdas.storage.events.photo import Photo, PhotoState, Reason

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import DeleteTypeDef, PutTypeDef, TransactWriteItemTypeDef

NAMES_NO_OTHER = "attribute_not_exists(photo_id) OR photo_id = :photo"
# Whole rows are written: what the guest allowed in the meantime must not be lost.
SAME_CONSENT = "(attribute_not_exists(may_post) OR may_post = :may_post)"


def outcome_put(table: Table, photo: Photo) -> PutTypeDef:
    """Return the put of a processed photo, unless it was finished or deleted before."""
    return {
        "TableName": table.name,
        "Item": photo.to_row(),
        "ConditionExpression": "(#state IN (:waiting, :processing) OR #reason = :failed)"
        f" AND {SAME_CONSENT}",
        "ExpressionAttributeNames": {"#state": "state", "#reason": "reason"},
        "ExpressionAttributeValues": {
            ":waiting": PhotoState.WAITING.value,
            ":processing": PhotoState.PROCESSING.value,
            ":failed": Reason.PROCESSING_FAILED.value,
            ":may_post": photo.may_post,
        },
    }


def replace_write(table: Table, old: Photo, new: Photo) -> TransactWriteItemTypeDef:
    """Return the write that replaces a row as it was read."""
    return {
        "Put": {
            "TableName": table.name,
            "Item": new.to_row(),
            "ConditionExpression": "#state = :state"
            " AND (attribute_not_exists(#attempts) OR #attempts = :attempts)"
            " AND (attribute_not_exists(#unsent) OR #unsent = :unsent)"
            f" AND {SAME_CONSENT}",
            "ExpressionAttributeNames": {
                "#state": "state",
                "#attempts": "attempts",
                "#unsent": "unsent",
            },
            "ExpressionAttributeValues": {
                ":state": old.state.value,
                ":attempts": old.attempts,
                ":unsent": old.unsent,
                ":may_post": old.may_post,
            },
        }
    }


def digest_put(table: Table, photo: Photo) -> PutTypeDef:
    """Return the put of the row that names a photo by its bytes, unless it names another."""
    return {
        "TableName": table.name,
        "Item": {**_digest_key(photo), "photo_id": photo.id},
        "ConditionExpression": NAMES_NO_OTHER,
        "ExpressionAttributeValues": {":photo": photo.id},
    }


def digest_delete(table: Table, photo: Photo) -> DeleteTypeDef:
    """Return the deletion of the row that names a photo by its bytes, unless it names another."""
    return {
        "TableName": table.name,
        "Key": _digest_key(photo),
        "ConditionExpression": NAMES_NO_OTHER,
        "ExpressionAttributeValues": {":photo": photo.id},
    }


def _digest_key(photo: Photo) -> dict[str, str]:
    return keys.row_key(photo.event_id, keys.digest_row(photo.sha256 or ""))
