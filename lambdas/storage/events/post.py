"""An Instagram post of an event's window, as the page shows it."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.storage import keys
from lambdas.storage.conditional import update_if
from lambdas.storage.events.timeline import timeline_keys
from lambdas.storage.rows import Row, from_row, query_all, scan_all, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class MediaKind(enum.StrEnum):
    """What a timeline item is."""

    IMAGE = "image"
    VIDEO = "video"
    CAROUSEL = "carousel"


@dataclass(frozen=True)
class PostPicture:
    """One picture or video of a post.

    `width` and `height` are pixels of the still, and None until it has been copied. The URLs are
    Instagram's own: signed, and expired after some days.
    """

    id: str
    kind: MediaKind
    width: int | None = None
    height: int | None = None
    still_url: str | None = None
    video_url: str | None = None

    @property
    def copied(self) -> bool:
        """Return whether our own copies of the still exist."""
        return self.width is not None


@dataclass(frozen=True)
class Post:
    """A post; a carousel's `pictures` are its children, in order.

    `account_id` is the account it belongs to, by which a deletion request finds it. A host has
    taken one that is `hidden` from the page. One that is `dropped` as well is not on Instagram any
    more, or not in the window: its row stays, without its content, for the host's decision to count
    if Instagram lists it again.
    """

    event_id: str
    id: str
    kind: MediaKind
    taken_at: datetime
    pictures: tuple[PostPicture, ...]
    product_type: str | None = None
    caption: str | None = None
    permalink: str | None = None
    username: str | None = None
    account_id: str | None = None
    hidden: bool = False
    dropped: bool = False

    def to_row(self) -> Row:
        """Return the row as DynamoDB stores it."""
        row = {**keys.row_key(self.event_id, keys.post_row(self.id)), **to_row(self)}
        if not self.hidden:
            row |= timeline_keys(self.event_id, self.taken_at, self.id)
        return row

    @classmethod
    def from_row(cls, row: Row) -> Post:
        """Build a post from its row."""
        return from_row(cls, row)


class PostStore:
    """The posts of all events in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_event(self, event_id: str) -> dict[str, Post]:
        """Return the stored posts of an event, by id, also dropped ones."""
        in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id))
        posts = Key(keys.SORT).begins_with(keys.POST_PREFIX)
        rows = query_all(self._table, KeyConditionExpression=in_event & posts, ConsistentRead=True)
        return {str(row["id"]): Post.from_row(row) for row in rows}

    def of_account(self, account_id: str) -> Iterator[Post]:
        """Return the stored posts of an account in all events. Scans the whole table."""
        posts = Attr(keys.SORT).begins_with(keys.POST_PREFIX)
        mine = Attr("account_id").eq(account_id)
        rows = scan_all(self._table, FilterExpression=posts & mine, ConsistentRead=True)
        return map(Post.from_row, rows)

    def put(self, post: Post) -> None:
        """Store a post, replacing what was known about it."""
        self._table.put_item(Item=post.to_row())

    def drop(self, post: Post) -> bool:
        """Leave of a hidden post that it is hidden; return False if it is not hidden."""
        return update_if(
            self._table,
            keys.row_key(post.event_id, keys.post_row(post.id)),
            Attr("hidden").eq(True),
            put={"dropped": True, "pictures": []},
            remove=("caption", "permalink", "username", "product_type"),
        )

    def delete(self, post: Post) -> None:
        """Delete a post."""
        self._table.delete_item(Key=keys.row_key(post.event_id, keys.post_row(post.id)))
