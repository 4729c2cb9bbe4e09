"""Marks that a picture's objects may not match its row: the first half of each two-part write.

A guest's photo: the mark is written with the row, in one transaction, and deleted once the objects
match. So it is with a picture whose post a host hides, or puts back. A post's new picture: the mark
is written before the objects, and deleted with the row, in one transaction. What is left after a
crash is found by a sweep.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import delete_if, update_if
from lambdas.storage.events.batch import get_many
from lambdas.storage.rows import from_row, query_all, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# Deleting and copying objects takes seconds.
SETTLING = timedelta(minutes=5)
# Longer than a function can run that writes copies of posts' pictures: it is not at work any more.
COPYING = timedelta(minutes=15)
# Longer than all attempts of the queue take together.
PROCESSING = timedelta(hours=3)


@dataclass(frozen=True)
class Mark:
    """A mark; `token` tells it from a later one of the same picture.

    `photo_id` is the id of a photo, or of a post's picture: a sweep finds no photo of that name.
    `post_id` is the post of a picture that a host takes from the page, or puts back. `removed` says
    that a photo was taken from the page, which other features have to learn.
    """

    event_id: str
    photo_id: str
    token: str
    due_at: datetime
    removed: bool = False
    post_id: str | None = None

    @classmethod
    def of(
        cls,
        event_id: str,
        photo_id: str,
        due_at: datetime,
        *,
        removed: bool = False,
        post_id: str | None = None,
    ) -> Mark:
        """Return a new mark that the sweep looks at after `due_at`."""
        return cls(event_id, photo_id, secrets.token_hex(8), due_at, removed, post_id)

    @property
    def key(self) -> dict[str, str]:
        """Return the row's primary key."""
        return keys.cleanup_key(self.event_id, self.photo_id)

    def write(self, table: Table) -> TransactWriteItemTypeDef:
        """Return the transaction write of the mark.

        It replaces an earlier one, except that an announcement of a removal is still owed.
        """
        values = to_row(self)
        if not self.removed:
            del values["removed"]
        names = {f"#{name}": name for name in values}
        return {
            "Update": {
                "TableName": table.name,
                "Key": self.key,
                "UpdateExpression": f"SET {', '.join(f'#{name} = :{name}' for name in values)}",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": {f":{name}": one for name, one in values.items()},
            }
        }

    def removal(self, table: Table) -> TransactWriteItemTypeDef:
        """Return the transaction write that deletes the mark, and is refused if it is gone."""
        return {
            "Delete": {
                "TableName": table.name,
                "Key": self.key,
                "ConditionExpression": "#token = :token",
                "ExpressionAttributeNames": {"#token": "token"},
                "ExpressionAttributeValues": {":token": self.token},
            }
        }


class CleanupStore:
    """The marks of all events in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, mark: Mark) -> None:
        """Write a mark, before the objects that it is about."""
        self._table.put_item(Item={**mark.key, **to_row(mark)})

    def confirm(self, mark: Mark) -> bool:
        """Delete a mark, unless a later one has replaced it, or an earlier one still counts."""
        return delete_if(self._table, mark.key, _same(mark))

    def postpone(self, mark: Mark, due_at: datetime) -> bool:
        """Let the sweep look at a mark again later, under the conditions of `confirm`."""
        put = {"due_at": to_sortable(due_at)}
        return update_if(self._table, mark.key, _same(mark), put=put, remove=("removed",))

    def defer(self, mark: Mark, due_at: datetime) -> bool:
        """Let the sweep try a mark again later, which could not be settled now."""
        put = {"due_at": to_sortable(due_at)}
        return update_if(self._table, mark.key, Attr("token").eq(mark.token), put=put)

    def begun(self, event_id: str, photo_ids: Sequence[str], now: datetime) -> list[Mark]:
        """Return the marks of photos that are not settled, whether they are due or not.

        Marks that were postponed belong to settled photos.
        """
        wanted = [keys.cleanup_key(event_id, one) for one in dict.fromkeys(photo_ids)]
        marks = [from_row(Mark, row) for row in get_many(self._table, wanted)]
        return [mark for mark in marks if mark.due_at <= now + SETTLING]

    def due(self, now: datetime) -> Iterator[Mark]:
        """Return the marks that the sweep has to look at."""
        rows = query_all(
            self._table,
            KeyConditionExpression=Key(keys.PARTITION).eq(keys.CLEANUP),
            FilterExpression=Attr("due_at").lte(to_sortable(now)),
        )
        return (from_row(Mark, row) for row in rows)


def _same(mark: Mark) -> ConditionBase:
    """Return the condition that a mark is the last one, and all that is owed is known to it."""
    owed = Attr("removed")
    known = owed.eq(True) if mark.removed else owed.not_exists() | owed.eq(False)
    return Attr("token").eq(mark.token) & known
