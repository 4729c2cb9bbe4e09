"""Downloads of an event's photos: what each consists of, and how far its zip files are.

A download is one row of its event. Beside it, one row for each kind says which download of the
kind is in preparation: only one at a time. The contents of the parts are objects, since thousands
of photos do not fit into a row.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import delete_if, update_if
from lambdas.storage.events.transactions import transact
from lambdas.storage.rows import Row, from_row, query_all, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

LIFETIME = timedelta(days=7)
# The row outlives the download, so that the sweep finds its objects by it.
ROW_KEPT = timedelta(days=2)
# A download of which no part moves for so long has failed, whatever its row says.
SILENCE = timedelta(hours=1)


class Kind(enum.StrEnum):
    """Which bytes a download holds."""

    ORIGINALS = "originals"
    """The files of guests as they sent them, with all that cameras write into them."""
    SHOWN = "shown"
    """The largest shown size of what guests see."""


class DownloadState(enum.StrEnum):
    """The life of a download."""

    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Part:
    """One zip file of a download. `made_at` is when its object was made, if it was there before.

    `bytes` is about how large it is: what it holds, and what a zip file adds.
    """

    number: int
    name: str
    files: int
    bytes: int
    object: str
    fingerprint: str
    made_at: datetime | None = None


@dataclass(frozen=True)
class Done:
    """How much of a part is done, and when its object was made."""

    files: int = 0
    bytes: int = 0
    made_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Download:
    """A download. `selection` is the digest of the chosen ids, empty for all photos.

    `content` is the digest of everything in it: two downloads with the same are the same.
    `missing` counts chosen photos that are not there. `valid_until` is when it is deleted.
    """

    event_id: str
    id: str
    kind: Kind
    state: DownloadState
    content: str
    parts: tuple[Part, ...]
    created_at: datetime
    created_by: str
    active_at: datetime
    valid_until: datetime
    selection: str = ""
    with_posts: bool = False
    missing: int = 0
    done: Mapping[str, Done] = field(default_factory=dict)

    @property
    def key(self) -> dict[str, str]:
        """Return the row's primary key."""
        return keys.row_key(self.event_id, keys.DOWNLOAD_PREFIX + self.id)

    def is_same_choice(self, other: Download) -> bool:
        """Return whether both were requested alike, whatever has changed in between."""
        mine = (self.kind, self.selection, self.with_posts)
        return mine == (other.kind, other.selection, other.with_posts)

    def part(self, number: int) -> Part | None:
        """Return a part, or None."""
        return next((part for part in self.parts if part.number == number), None)

    def done_of(self, part: Part) -> Done:
        """Return how much of a part is done."""
        if part.made_at:
            return Done(part.files, part.bytes, part.made_at)
        return self.done.get(str(part.number), Done())

    def state_at(self, now: datetime) -> DownloadState:
        """Return the state, in which a download that does not move has failed."""
        silent = now >= self.active_at + SILENCE
        if self.state is DownloadState.PREPARING and silent:
            return DownloadState.FAILED
        return self.state

    def to_row(self) -> Row:
        """Return the row as DynamoDB stores it."""
        columns = to_row(self)
        done = columns.pop("done")
        return {
            **self.key,
            **columns,
            **{f"done_{number}": one for number, one in done.items()},
            keys.TIMELINE_PARTITION: keys.DOWNLOADS,
            keys.TIMELINE_SORT: f"{to_sortable(self.valid_until)}#{self.event_id}#{self.id}",
            keys.EXPIRES: int((self.valid_until + ROW_KEPT).timestamp()),
        }

    @classmethod
    def from_row(cls, row: Row) -> Download:
        """Build a download from its row."""
        done = {name[5:]: value for name, value in row.items() if name.startswith("done_")}
        return from_row(cls, row | {"done": done})


@dataclass(frozen=True)
class InPreparation:
    """The download of a kind that is in preparation, and what it holds."""

    download_id: str
    content: str


@dataclass(frozen=True)
class DownloadStore:
    """The downloads of all events in one table."""

    table: Table

    def get(self, event_id: str, download_id: str) -> Download | None:
        """Return a download, read consistently, or None."""
        key = keys.row_key(event_id, keys.DOWNLOAD_PREFIX + download_id)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return Download.from_row(row) if row else None

    def of_event(self, event_id: str) -> list[Download]:
        """Return all downloads of an event, the newest first."""
        in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id))
        rows = query_all(
            self.table,
            KeyConditionExpression=in_event & Key(keys.SORT).begins_with(keys.DOWNLOAD_PREFIX),
            ConsistentRead=True,
        )
        found = [Download.from_row(row) for row in rows]
        return sorted(found, key=lambda one: (one.created_at, one.id), reverse=True)

    def begin(self, download: Download, *more: TransactWriteItemTypeDef) -> InPreparation | None:
        """Store a new download, with further writes; return the one that is in preparation instead.

        Returns None if it was stored.
        """
        lock: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self.table.name,
                "Item": {
                    **_lock_key(download.event_id, download.kind),
                    "download_id": download.id,
                    "content": download.content,
                    "until": to_sortable(download.active_at + SILENCE),
                    keys.EXPIRES: int((download.active_at + LIFETIME).timestamp()),
                },
                "ConditionExpression": "attribute_not_exists(#until) OR #until <= :now",
                "ExpressionAttributeNames": {"#until": "until"},
                "ExpressionAttributeValues": {":now": to_sortable(download.active_at)},
            }
        }
        new: TransactWriteItemTypeDef = {
            "Put": {"TableName": self.table.name, "Item": download.to_row()}
        }
        if not transact(self.table, [lock, new, *more]):
            return None
        key = _lock_key(download.event_id, download.kind)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        # It may have ended just now.
        return from_row(InPreparation, row) if row else self.begin(download, *more)

    def add(self, download: Download, *more: TransactWriteItemTypeDef) -> None:
        """Store a download whose parts are all there."""
        new: TransactWriteItemTypeDef = {
            "Put": {"TableName": self.table.name, "Item": download.to_row()}
        }
        transact(self.table, [new, *more])

    def note(self, download: Download, part: Part, done: Done, now: datetime) -> None:
        """Note how much of a part is done, and that the download moves."""
        at = to_sortable(now)
        put = {f"done_{part.number}": to_row(done), "active_at": at}
        if update_if(self.table, download.key, Attr(keys.PARTITION).exists(), put=put):
            key = _lock_key(download.event_id, download.kind)
            until = {"until": to_sortable(now + SILENCE)}
            update_if(self.table, key, Attr("download_id").eq(download.id), put=until)

    def end(self, download: Download, state: DownloadState) -> None:
        """Say that a download is ready or has failed; the next one of its kind may begin."""
        preparing = Attr("state").eq(DownloadState.PREPARING.value)
        update_if(self.table, download.key, preparing, put={"state": state.value})
        key = _lock_key(download.event_id, download.kind)
        delete_if(self.table, key, Attr("download_id").eq(download.id))

    def delete(self, download: Download) -> None:
        """Delete the row of a download."""
        self.table.delete_item(Key=download.key)

    def expired(self, now: datetime) -> Iterator[Download]:
        """Return the downloads of all events that are not valid any more, the oldest first."""
        listed = Key(keys.TIMELINE_PARTITION).eq(keys.DOWNLOADS)
        over = Key(keys.TIMELINE_SORT).lt(to_sortable(now))
        condition = listed & over
        index = keys.TIMELINE_INDEX
        rows = query_all(self.table, IndexName=index, KeyConditionExpression=condition)
        return map(Download.from_row, rows)


def _lock_key(event_id: str, kind: Kind) -> dict[str, str]:
    return keys.row_key(event_id, keys.PREPARING_PREFIX + kind.value)
