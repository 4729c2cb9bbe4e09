"""What is left of deleted events: rows and objects, removed step by step; all can be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from boto3.dynamodb.conditions import Attr, Key

from lambdas.guests.downloads.expiry import DownloadExpiry
from lambdas.guests.photo_objects import PhotoObjects
from lambdas.kit.clock import Clock
from lambdas.pictures.sizes import SIZES
from lambdas.storage import keys, object_keys
from lambdas.storage.events.event_writes import DeletedEvent, EventWriter
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.events.post import Post
from lambdas.storage.rows import Row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# Longer than a photo can be on its way or a reading of posts can run: no row comes after that.
SETTLED = timedelta(hours=4)


@dataclass(frozen=True)
class EventRemoval:
    """Removes what belongs to deleted events."""

    table: Table
    writer: EventWriter
    photo_objects: PhotoObjects
    clock: Clock
    logger: Logger
    downloads: DownloadExpiry

    def run(self, limit: int, until: datetime) -> int:
        """Remove up to `limit` photos and posts before `until`; return how many there were."""
        removed = 0
        for event in list(self.writer.deleted()):
            if removed >= limit or self.clock.now() >= until:
                break
            try:
                removed += self._remove(event, limit - removed, until)
            except Exception:
                # One event that cannot be removed must not keep the others.
                self.logger.exception("event not removed yet", extra={"event_id": event.id})
        return removed

    def _remove(self, event: DeletedEvent, limit: int, until: datetime) -> int:
        removed, others, is_empty = 0, [], True
        # Also what a zip file that was being made has left since.
        self.downloads.remove_all(event.id)
        for row in self._rows(event.id):
            if removed >= limit or self.clock.now() >= until:
                return removed
            sort = str(row[keys.SORT])
            if sort.startswith(keys.PHOTO_PREFIX):
                removed += self._remove_photo(Photo.from_row(row))
                is_empty = False
            elif sort.startswith(keys.POST_PREFIX):
                self._remove_post(Post.from_row(row))
                removed += 1
                is_empty = False
            elif sort != keys.EVENT_ROW:
                others.append(row)
        if is_empty and self.clock.now() >= event.deleted_at + SETTLED:
            for row in others:
                self.table.delete_item(Key=_key(row))
            self.writer.forget(event.id)
            self.logger.info("event removed", extra={"event_id": event.id})
        return removed

    def _rows(self, event_id: str) -> list[Row]:
        """Return the event's rows, except photos of which only the mark of deletion is left."""
        in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id))
        return list(
            query_all(
                self.table,
                KeyConditionExpression=in_event,
                FilterExpression=~Attr("state").eq(PhotoState.DELETED.value),
                ConsistentRead=True,
            )
        )

    def _remove_photo(self, photo: Photo) -> int:
        mark = self.photo_objects.photos.delete(photo)
        if mark is None:
            return 0  # It has just changed: the next round removes it.
        self.photo_objects.settle(mark)
        return 1

    def _remove_post(self, post: Post) -> None:
        copies = [picture for picture in post.pictures if picture.copied]
        for picture in copies:
            self.photo_objects.objects.delete(
                object_keys.copies_of(post.event_id, picture.id, SIZES)
            )
        # The row goes last: as long as it is there, the copies are found again.
        self.table.delete_item(Key=keys.row_key(post.event_id, keys.post_row(post.id)))


def _key(row: Row) -> dict[str, str]:
    return {name: str(row[name]) for name in (keys.PARTITION, keys.SORT)}
