"""Media objects that comments are below: whose they are, how people find them, what was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr
from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.graph.media import Media
from lambdas.storage.conditional import update_if
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.transactions import transact
from lambdas.storage.keys import EXPIRES, PARTITION
from lambdas.storage.packing import Packed, packed, unpacked

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

RETENTION = timedelta(days=400)
MAX_CAPTION = 300
# A column of its own: a reading that began before a change must not write what it saw then.
ENABLED = "comments_enabled"


class MediaRecord(Packed, frozen=True, kw_only=True):
    """A media object that an account has to do with; `is_own` is False for one of another account.

    `comments_seen` is Instagram's count when its comments were last read, at `counted_at`;
    `read_at` is when they were last read from end to end, `after` where an unfinished reading
    goes on.
    """

    id: str
    seen_at: datetime
    is_own: bool = True
    permalink: str | None = None
    caption: str | None = None
    media_type: str | None = None
    product_type: str | None = None
    taken_at: datetime | None = None
    comments_enabled: bool | None = None
    comments_seen: int | None = None
    counted_at: datetime | None = None
    read_at: datetime | None = None
    after: str | None = None


@dataclass(frozen=True)
class MediaStore:
    """The media objects of a tenant."""

    table: Table
    marks: DeletionMarks
    tenant: str

    def get(self, account_id: str, media_id: str) -> MediaRecord | None:
        """Return a media object as an account knows it, or None."""
        key = self._key(account_id, media_id)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        if row is None:
            return None
        record = unpacked(MediaRecord, row[keys.BODY])
        enabled = row.get(ENABLED)
        return record if enabled is None else replace(record, comments_enabled=bool(enabled))

    def put(
        self,
        account_id: str,
        media: MediaRecord,
        connected_at: datetime | None,
        known_as: str | None = None,
    ) -> None:
        """Store what was read of a media object. Raises AccountDataDeleted.

        `known_as` is another id that webhooks use for it. Whether comments are enabled stays.
        """
        update: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self.table.name,
                "Key": self._key(account_id, known_as or media.id),
                "UpdateExpression": "SET #body = :body, #expires = :expires",
                "ExpressionAttributeNames": {"#body": keys.BODY, "#expires": EXPIRES},
                "ExpressionAttributeValues": {
                    ":body": packed(media),
                    ":expires": int((media.seen_at + RETENTION).timestamp()),
                },
            }
        }
        check = self.marks.check(account_id, connected_at)
        if transact(self.table, [{"ConditionCheck": check}, update]):
            raise AccountDataDeleted

    def set_enabled(self, account_id: str, media_id: str, enabled: bool) -> None:
        """Store whether people can comment, if the media object is known."""
        # What a deletion took does not return.
        is_known = Attr(PARTITION).exists()
        update_if(self.table, self._key(account_id, media_id), is_known, put={ENABLED: enabled})

    def _key(self, account_id: str, media_id: str) -> dict[str, str]:
        return keys.account_key(self.tenant, account_id, keys.media_sort(media_id))


def media_record(media: Media, now: datetime, *, is_own: bool = True) -> MediaRecord:
    """Return the record of a media object that was just read."""
    return MediaRecord(
        id=media.id,
        seen_at=now,
        is_own=is_own,
        permalink=media.permalink,
        caption=media.caption[:MAX_CAPTION] if media.caption else None,
        media_type=media.media_type,
        product_type=media.product_type,
        taken_at=media.timestamp,
    )
