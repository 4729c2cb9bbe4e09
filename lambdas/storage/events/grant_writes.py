"""Writes of grants, as parts of transactions."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.events.photo import GRANT_HOLDS, Photo, PhotoState, expiry
from lambdas.storage.events.usage import MAX_DEVICE_FILES, Change, add_write, change_write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@dataclass(frozen=True)
class DeviceUsage:
    """How many files a device has announced and not sent; nothing after `until`."""

    files: int = 0
    size: int = 0
    until: datetime | None = None


def lapse_write(table: Table, photo: Photo, now: datetime) -> TransactWriteItemTypeDef:
    """Return the write that ends what a waiting photo holds of the quota."""
    return {
        "Update": {
            "TableName": table.name,
            "Key": photo.key,
            "UpdateExpression": "SET #counted = :no, #unsent = :no, #expires = :expires",
            "ConditionExpression": "#state = :waiting AND #unsent = :yes AND #counted = :yes",
            "ExpressionAttributeNames": {
                "#counted": "counted",
                "#unsent": "unsent",
                "#expires": keys.EXPIRES,
                "#state": "state",
            },
            "ExpressionAttributeValues": {
                ":no": False,
                ":yes": True,
                ":expires": expiry(now),
                ":waiting": PhotoState.WAITING.value,
            },
        }
    }


def new_write(table: Table, photo: Photo) -> TransactWriteItemTypeDef:
    """Return the write of a new photo, whose id must be free."""
    return {
        "Put": {
            "TableName": table.name,
            "Item": photo.to_row(),
            "ConditionExpression": "attribute_not_exists(pk) OR #state IN (:refused, :deleted)"
            " OR (#state = :waiting AND (#unsent = :no OR #counted = :no))",
            "ExpressionAttributeNames": {
                "#state": "state",
                "#unsent": "unsent",
                "#counted": "counted",
            },
            "ExpressionAttributeValues": {
                ":refused": PhotoState.REFUSED.value,
                ":deleted": PhotoState.DELETED.value,
                ":waiting": PhotoState.WAITING.value,
                ":no": False,
            },
        }
    }


def batch_write(table: Table, photos: Sequence[Photo]) -> TransactWriteItemTypeDef:
    """Return the write that lists the photos of one request, by the end of their grants."""
    first = photos[0]
    sort = keys.grant_row(to_sortable(first.granted_until + GRANT_HOLDS), secrets.token_hex(8))
    row = {
        **keys.row_key(first.event_id, sort),
        "photos": [photo.id for photo in photos],
        "granted_until": to_sortable(first.granted_until),
    }
    return {"Put": {"TableName": table.name, "Item": row}}


def device_write(
    table: Table, photos: Sequence[Photo], device: DeviceUsage, now: datetime
) -> TransactWriteItemTypeDef:
    """Count a device's files: onto what it has, or from zero after its grants have ended."""
    first, files, size = photos[0], len(photos), sum(photo.size for photo in photos)
    fresh = device.until is None or device.until < now
    until = first.granted_until + GRANT_HOLDS
    set_or_add = "SET #files = :files, #size = :size, " if fresh else "SET "
    add = "" if fresh else " ADD #files :files, #size :size"
    condition = (
        "attribute_not_exists(#until) OR #until < :now"
        if fresh
        else "#until >= :now AND #files <= :before"
    )
    values: dict[str, str | int] = {
        ":files": files,
        ":size": size,
        ":until": to_sortable(until),
        ":expires": expiry(until),
        ":now": to_sortable(now),
    }
    if not fresh:
        values[":before"] = MAX_DEVICE_FILES - files
    return {
        "Update": {
            "TableName": table.name,
            "Key": keys.row_key(first.event_id, keys.device_row(first.device)),
            "UpdateExpression": f"{set_or_add}#until = :until, #expires = :expires{add}",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {
                "#files": "files",
                "#size": "size",
                "#until": "until",
                "#expires": keys.EXPIRES,
            },
            "ExpressionAttributeValues": values,
        }
    }


def arrival_writes(table: Table, photo: Photo, now: datetime) -> list[TransactWriteItemTypeDef]:
    """Return the transaction writes that count a photo as sent, or its grant as given up."""
    if not photo.unsent:
        return []
    writes = []
    if photo.counted:
        change = Change(unsent_files=-1, unsent_size=-photo.size)
        writes.append(change_write(table, photo.event_id, change))
    if now <= photo.granted_until + GRANT_HOLDS:
        # Later than that the device's row may count from zero again.
        key = keys.row_key(photo.event_id, keys.device_row(photo.device))
        writes.append(add_write(table, key, {"files": -1, "size": -photo.size}))
    return writes
