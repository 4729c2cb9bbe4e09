"""The ledger of posts: every change is one transaction with its step, by condition on the version.

A write of an older version is refused, so two workers or editors never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from lambdas.kit.errors import ConflictError
from lambdas.publishing import keys
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.ledger_writes import DIGEST, POST_ID, LedgerWrites, photos_of
from lambdas.publishing.records import Post
from lambdas.publishing.states import State
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.transactions import REFUSED, transact
from lambdas.storage.keys import PARTITION, SORT
from lambdas.storage.packing import unpacked
from lambdas.storage.rows import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


class DataDeleted(Exception):
    """The account's data must be deleted: nothing of it may be written."""


class RequestUsed(Exception):
    """The `client_request_id` has made another post: `post_id`, from a body of this digest."""

    def __init__(self, post_id: str, digest: str) -> None:
        super().__init__(post_id)
        self.post_id = post_id
        self.digest = digest


class SlotTaken(Exception):
    """Another post holds the slot."""


class MediaClaimed(Exception):
    """The media object on Instagram is another post of ours."""


class Ledger(Protocol):
    """Stores posts and their history."""

    def read(self, post_id: str) -> Post | None:
        """Return a post as it is now, or None."""

    def save(self, old: Post, new: Post, step: Step | None = None) -> Post:
        """Replace a post by its next version, and add a step to its history; return it.

        Raises ConflictError if it was changed since `old` was read, MediaClaimed if `new` names a
        media object that is another post's, SlotTaken if it names a slot that is, DataDeleted.
        """


@dataclass(frozen=True)
class DynamoLedger:
    """The ledger in the posts table."""

    table: Table
    marks: DeletionMarks
    tenant: str

    @property
    def _writes(self) -> LedgerWrites:
        return LedgerWrites(self.table.name, self.tenant)

    def read(self, post_id: str) -> Post | None:
        """Return a post as it is now, or None."""
        try:
            key = keys.post_key(self.tenant, post_id)
        except ValueError:
            return None
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return unpacked(Post, row[keys.BODY]) if row else None

    def create(self, posts: Sequence[Post], by: str = "") -> None:
        """Store new posts, all or none; at most 15.

        Raises RequestUsed if one of their request ids has made a post, SlotTaken if another post
        holds one of their slots, DataDeleted.
        """
        writes = [self._not_deleted(posts[0])]
        for post in posts:
            step = Step(what=Happened.CREATED, at=post.created_at, state=post.state, by=by)
            writes += [self._writes.claim_request(post), self._writes.create(post)]
            writes += self._writes.beside(post, step, photos_changed=True)
        taken = [self._writes.take_slot(post) for post in posts if post.holds_slot]
        if codes := transact(self.table, [*writes, *taken]):
            if codes[0] != "None":
                raise DataDeleted
            for post in posts:
                self._refuse_used(post)
            raise SlotTaken if REFUSED in codes[len(writes) :] else ConflictError

    def save(self, old: Post, new: Post, step: Step | None = None) -> Post:
        """Replace a post by its next version, and add a step to its history; return it.

        Raises as `Ledger.save` does.
        """
        # A slot that a post gave up is not its own again when it is moved back.
        slot = new.slot if new.holds_slot else None
        saved = msgspec.structs.replace(new, version=old.version + 1, slot=slot)
        writes = [self._not_deleted(saved), self._writes.replace(saved, old.version)]
        has_claim = saved.media_id is not None and saved.media_id != old.media_id
        if has_claim:
            writes.append(self._writes.claim_media(saved))
        photos_changed = photos_of(saved) != photos_of(old)
        writes += self._writes.beside(saved, step, photos_changed=photos_changed)
        for photo in photos_of(old) - photos_of(saved):
            writes.append(self._writes.unlist_photo(saved, photo))
        if old.slot and old.slot != saved.slot:
            writes.append(self._writes.free_slot(old))
        takes_slot = saved.slot is not None and saved.slot != old.slot
        if takes_slot:
            writes.append(self._writes.take_slot(saved))
        if codes := transact(self.table, writes):
            if codes[0] != "None":
                raise DataDeleted
            if has_claim and codes[2] == REFUSED:
                raise MediaClaimed
            only_slot = takes_slot and codes[1] != REFUSED and codes[-1] == REFUSED
            raise SlotTaken if only_slot else ConflictError
        return saved

    def of_request(self, account_id: str, client_request_id: str) -> tuple[str, str] | None:
        """Return the id of the post that a request id made, and its body's digest; or None."""
        sort = keys.request_sort(client_request_id)
        key = keys.account_key(self.tenant, account_id, sort)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return (str(row[POST_ID]), str(row[DIGEST])) if row else None

    def posts(
        self, account_id: str, *, before: str | None = None, states: Sequence[State] = ()
    ) -> Iterator[Post]:
        """Iterate over an account's posts, the newest first; `before` is a post's number."""
        prefix = keys.post_sort("")
        condition: ConditionBase = Key(SORT).begins_with(prefix)
        if before:
            condition = Key(SORT).between(prefix, keys.post_sort(before))
        query: dict[str, Any] = {
            "KeyConditionExpression": Key(PARTITION).eq(
                keys.account_partition(self.tenant, account_id)
            )
            & condition,
            "ScanIndexForward": False,
            "ConsistentRead": True,
        }
        if states:
            query["FilterExpression"] = Attr(keys.STATE).is_in([one.value for one in states])
        for row in query_all(self.table, **query):
            post = unpacked(Post, row[keys.BODY])
            if post.number != before:
                yield post

    def steps(self, post: Post) -> Iterator[Step]:
        """Iterate over a post's history, the oldest step first."""
        partition = keys.account_partition(self.tenant, post.account_id)
        rows = query_all(
            self.table,
            KeyConditionExpression=Key(PARTITION).eq(partition)
            & Key(SORT).begins_with(keys.step_sort(post.number)),
            ConsistentRead=True,
        )
        return (unpacked(Step, row[keys.BODY]) for row in rows)

    def open_posts(self) -> Iterator[tuple[str, datetime]]:
        """Iterate over the ids of posts that are not at rest, with the times they are due."""
        rows = query_all(
            self.table,
            KeyConditionExpression=Key(PARTITION).eq(keys.open_partition(self.tenant)),
            ConsistentRead=True,
        )
        return ((str(row[SORT]), datetime.fromisoformat(str(row[keys.DUE]))) for row in rows)

    def using_photo(self, event_id: str, photo_id: str) -> Iterator[str]:
        """Iterate over the ids of posts that use a guest's photo."""
        partition = keys.photo_partition(self.tenant, event_id, photo_id)
        rows = query_all(
            self.table, KeyConditionExpression=Key(PARTITION).eq(partition), ConsistentRead=True
        )
        return (str(row[SORT]) for row in rows)

    def claimed(self, account_id: str, media_id: str) -> str | None:
        """Return the id of the post that a media object on Instagram is, or None."""
        key = keys.account_key(self.tenant, account_id, keys.media_sort(media_id))
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return str(row[POST_ID]) if row else None

    def _not_deleted(self, post: Post) -> TransactWriteItemTypeDef:
        return {"ConditionCheck": self.marks.check(post.account_id, post.connected_at)}

    def _refuse_used(self, post: Post) -> None:
        if used := self.of_request(post.account_id, post.client_request_id):
            raise RequestUsed(*used)
