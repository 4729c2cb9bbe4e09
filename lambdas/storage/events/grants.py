"""Grants to send announced files: what they hold of the quota, and when they stop to.

An event and a device have only so many unsent grants. A grant beyond the event's share holds
nothing: its photo is counted when it has arrived, if it still fits. So no announcement closes an
event for others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.kit.clock import from_rfc3339, to_sortable
from lambdas.storage import keys
from lambdas.storage.events.batch import get_rows
from lambdas.storage.events.grant_writes import (
    DeviceUsage,
    batch_write,
    device_write,
    lapse_write,
    new_write,
)
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.events.transactions import transact
from lambdas.storage.events.usage import (
    Change,
    Quota,
    Unsent,
    Usage,
    change_write,
    reserve_write,
)
from lambdas.storage.rows import Row, from_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import DeleteTypeDef, TransactWriteItemTypeDef


@dataclass(frozen=True)
class Standing:
    """What was stored when files were announced: their photos, and who has which bytes."""

    photos: dict[str, Photo]
    digests: dict[str, str]
    usage: Usage
    unsent: Unsent
    device: DeviceUsage


class GrantStore:
    """The grants of all events in one table."""

    def __init__(self, table: Table, quota: Quota) -> None:
        self._table = table
        self.quota = quota

    def read(
        self, event_id: str, device: str, photo_ids: Sequence[str], digests: Sequence[str]
    ) -> Standing:
        """Return what is stored of these photos and digests, the event's usage, the device's."""
        photo_rows = [keys.photo_row(photo_id) for photo_id in photo_ids]
        digest_rows = [keys.digest_row(digest) for digest in digests]
        device_row = keys.device_row(device)
        rows = get_rows(
            self._table, event_id, [*photo_rows, *digest_rows, keys.USAGE_ROW, device_row]
        )
        usage = rows.get(keys.USAGE_ROW, {})
        return Standing(
            {rows[key]["id"]: Photo.from_row(rows[key]) for key in photo_rows if key in rows},
            {
                key.removeprefix(keys.DIGEST_PREFIX): rows[key]["photo_id"]
                for key in digest_rows
                if key in rows
            },
            from_row(Usage, usage),
            from_row(Unsent, usage),
            from_row(DeviceUsage, rows.get(device_row, {})),
        )

    def photo(self, event_id: str, photo_id: str | None) -> Photo | None:
        """Return a photo, read consistently, or None."""
        rows = get_rows(self._table, event_id, [keys.photo_row(photo_id)] if photo_id else [])
        return next(map(Photo.from_row, rows.values()), None)

    def grant(self, photos: Sequence[Photo], device: DeviceUsage, now: datetime) -> bool:
        """Write new waiting photos (1 to 50, of one device) and count them: all or none.

        Returns False if something has changed since it was read: look again.
        """
        counted = [photo for photo in photos if photo.counted]
        writes = [
            device_write(self._table, photos, device, now),
            *(new_write(self._table, photo) for photo in photos),
        ]
        if counted:
            size = sum(photo.size for photo in counted)
            change = Change(len(counted), size, len(counted), size)
            reserve = reserve_write(self._table, counted[0].event_id, change, self.quota)
            writes += [reserve, batch_write(self._table, counted)]
        return not transact(self._table, writes)

    def lapse(self, event_id: str, now: datetime, limit: int) -> bool:
        """Return the shares that unused grants hold no longer; `limit` bounds the requests.

        Returns whether there were any. Photos that arrive later are counted then.
        """
        in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id))
        ended = Key(keys.SORT).between(keys.GRANT_PREFIX, keys.grant_row(to_sortable(now), ""))
        answer = self._table.query(
            KeyConditionExpression=in_event & ended, Limit=limit, ConsistentRead=True
        )
        for row in answer["Items"]:
            self._lapse(event_id, row, now)
        return bool(answer["Items"])

    def _lapse(self, event_id: str, batch: Row, now: datetime) -> None:
        rows = get_rows(self._table, event_id, [keys.photo_row(one) for one in batch["photos"]])
        granted_until = from_rfc3339(batch["granted_until"])
        held = [
            photo
            for photo in map(Photo.from_row, rows.values())
            if photo.state is PhotoState.WAITING
            and photo.counted
            and photo.unsent
            and photo.granted_until == granted_until
        ]
        exists: DeleteTypeDef = {
            "TableName": self._table.name,
            "Key": {name: batch[name] for name in (keys.PARTITION, keys.SORT)},
            "ConditionExpression": f"attribute_exists({keys.PARTITION})",
        }
        writes: list[TransactWriteItemTypeDef] = [{"Delete": exists}]
        if held:
            files, size = len(held), sum(photo.size for photo in held)
            change = Change(-files, -size, -files, -size)
            writes.append(change_write(self._table, event_id, change))
        # If one of them arrives at this moment, nothing is made: the next request tries again.
        transact(self._table, [*writes, *(lapse_write(self._table, photo, now) for photo in held)])
