"""Many posts as one: what is to be created is written down first, and then created.

A transaction holds few posts. So all posts of a batch are first stored as text, in parts that
nothing reads. One row then names them: with it, and only with it, the batch has been accepted.
Creating its posts can be repeated, since each has its own request id; whatever was interrupted is
completed by the same request, or by the sweep.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from boto3.dynamodb.conditions import Attr, Key

from lambdas.publishing import keys
from lambdas.publishing.ledger import DataDeleted
from lambdas.publishing.ledger_writes import RETENTION
from lambdas.publishing.records import Post
from lambdas.storage.conditional import update_if
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.transactions import transact
from lambdas.storage.keys import EXPIRES, PARTITION, SORT
from lambdas.storage.packing import Packed, packed, unpacked
from lambdas.storage.rows import Row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# A row holds at most 400 KB.
PART_BYTES = 300_000
# Parts are kept as long as the posts: a repeated request is answered from them.
PARTS_LIFE = RETENTION
DONE, ACCOUNT, BATCH = "done", "account", "batch"
NO_KEY = "attribute_not_exists(pk)"


class Batch(Packed, frozen=True, kw_only=True):
    """An accepted batch. `digest` is that of what was asked for, `size` how many posts it has."""

    id: str
    account_id: str
    digest: str
    created_at: datetime
    by: str
    nonce: str
    parts: int
    size: int
    connected_at: datetime | None = None


@dataclass(frozen=True)
class BatchLog:
    """The batches of a tenant's accounts."""

    table: Table
    marks: DeletionMarks
    tenant: str

    def find(self, account_id: str, batch_id: str) -> Batch | None:
        """Return an accepted batch, or None."""
        row = self.table.get_item(Key=self._key(account_id, batch_id), ConsistentRead=True)
        return unpacked(Batch, row["Item"][keys.BODY]) if "Item" in row else None

    def accept(
        self, batch_id: str, digest: str, posts: Sequence[Post], by: str
    ) -> tuple[Batch, bool]:
        """Accept new posts of one account; return the batch, and whether this call made it.

        If the id was accepted before, that batch is returned. Raises DataDeleted.
        """
        first = posts[0]
        parts = [*_parts(posts)]
        batch = Batch(
            id=batch_id,
            account_id=first.account_id,
            digest=digest,
            created_at=first.created_at,
            by=by,
            # Two requests at once write parts of their own: their posts have different ids.
            nonce=secrets.token_hex(8),
            parts=len(parts),
            size=len(posts),
            connected_at=first.connected_at,
        )
        until = int((batch.created_at + PARTS_LIFE).timestamp())
        for index, part in enumerate(parts):
            self.table.put_item(
                Item={**self._part_key(batch, index), keys.BODY: part, EXPIRES: until}
            )
        if codes := transact(self.table, [*self._acceptance(batch)]):
            if codes[0] != "None":
                raise DataDeleted
            found = self.find(batch.account_id, batch_id)
            assert found  # noqa: S101  Only its row can have refused the write.
            return found, False
        return batch, True

    def posts(self, batch: Batch) -> Iterator[Post]:
        """Iterate over a batch's posts in their order, as they were when it was accepted."""
        for index in range(batch.parts):
            key = self._part_key(batch, index)
            row: Row = self.table.get_item(Key=key, ConsistentRead=True)["Item"]
            yield from msgspec.msgpack.decode(bytes(row[keys.BODY]), type=list[Post])

    def pending(self) -> Iterator[Batch]:
        """Iterate over accepted batches that are not complete, for the sweep."""
        condition = Key(PARTITION).eq(keys.pending_partition(self.tenant))
        for row in query_all(self.table, KeyConditionExpression=condition, ConsistentRead=True):
            if batch := self.find(str(row[ACCOUNT]), str(row[BATCH])):
                yield batch
            else:
                # The account's data was deleted meanwhile.
                self.table.delete_item(Key={PARTITION: row[PARTITION], SORT: row[SORT]})

    def is_done(self, batch: Batch) -> bool:
        """Return whether all posts of a batch were created and scheduled."""
        key = self._key(batch.account_id, batch.id)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item", {})
        return DONE in row

    def complete(self, batch: Batch) -> None:
        """Record that nothing is left to do for a batch."""
        update_if(
            self.table,
            self._key(batch.account_id, batch.id),
            Attr(PARTITION).exists(),
            put={DONE: True},
        )
        self.table.delete_item(Key=self._pending_key(batch))

    def _acceptance(self, batch: Batch) -> Iterator[TransactWriteItemTypeDef]:
        name = self.table.name
        row: Row = {
            **self._key(batch.account_id, batch.id),
            keys.BODY: packed(batch),
            EXPIRES: int((batch.created_at + RETENTION).timestamp()),
        }
        mark = {**self._pending_key(batch), ACCOUNT: batch.account_id, BATCH: batch.id}
        yield {"ConditionCheck": self.marks.check(batch.account_id, batch.connected_at)}
        yield {"Put": {"TableName": name, "Item": row, "ConditionExpression": NO_KEY}}
        yield {"Put": {"TableName": name, "Item": mark}}

    def _key(self, account_id: str, batch_id: str) -> dict[str, str]:
        return keys.account_key(self.tenant, account_id, keys.batch_sort(batch_id))

    def _part_key(self, batch: Batch, index: int) -> dict[str, str]:
        sort = keys.part_sort(batch.id, batch.nonce, index)
        return keys.account_key(self.tenant, batch.account_id, sort)

    def _pending_key(self, batch: Batch) -> dict[str, str]:
        return {
            PARTITION: keys.pending_partition(self.tenant),
            SORT: f"{batch.account_id}#{batch.id}",
        }


def _parts(posts: Sequence[Post]) -> Iterator[bytes]:
    """Pack posts into as few parts as their size allows."""
    part: list[Post] = []
    size = 0
    for post in posts:
        length = len(packed(post))
        if part and size + length > PART_BYTES:
            yield msgspec.msgpack.encode(part)
            part, size = [], 0
        part.append(post)
        size += length
    yield msgspec.msgpack.encode(part)
