"""What happens to posts when a guest's photo, or an account's data, has to go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key
from msgspec.structs import replace

from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError
from lambdas.publishing import keys
from lambdas.publishing.failures import failure_kind
from lambdas.publishing.files import PostFiles
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.ledger import DataDeleted, DynamoLedger
from lambdas.publishing.records import Failure, Post
from lambdas.publishing.schedules import Schedules
from lambdas.publishing.states import State
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.keys import PARTITION, SORT
from lambdas.storage.packing import unpacked
from lambdas.storage.rows import Row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# The part of a deletion that is recorded when the posts are gone.
FEATURE = "publishing"
PHOTO_REMOVED = "photo_removed"
MAX_TRIES = 10


class PostsLeft(Exception):
    """A second look found rows again: the deletion has to be repeated."""


@dataclass(frozen=True)
class PhotoRemoval:
    """Cancels posts that use a guest's photo which is not shown any more."""

    ledger: DynamoLedger
    schedules: Schedules
    clock: Clock

    def cancel(self, event_id: str, photo_id: str) -> int:
        """Cancel all posts with the photo that are not being published; return how many."""
        ids = list(self.ledger.using_photo(event_id, photo_id))
        return sum(self._cancel(post_id) for post_id in ids)

    def _cancel(self, post_id: str) -> bool:
        for _ in range(MAX_TRIES):
            post = self.ledger.read(post_id)
            if post is None or post.state.is_final or post.state is State.PUBLISHING:
                return False
            try:
                self._save(post)
            except ConflictError:
                continue
            except DataDeleted:
                return False
            self.schedules.drop(post_id)
            return True
        raise ConflictError

    def _save(self, post: Post) -> None:
        now, kind = self.clock.now(), failure_kind(PHOTO_REMOVED)
        failure = Failure(code=kind.code, message=kind.message, at=now)
        cancelled = replace(
            post, state=State.CANCELLED, failure=failure, waiting=None, intent=None, updated_at=now
        )
        step = Step(what=Happened.CANCELLED, at=now, state=State.CANCELLED, code=kind.code)
        self.ledger.save(post, cancelled, step)


@dataclass(frozen=True)
class PostsDeletion:
    """Deletes everything that is stored of an account's posts; every step can be repeated."""

    table: Table
    tenant: str
    marks: DeletionMarks
    schedules: Schedules
    files: PostFiles
    clock: Clock

    def delete(self, account_id: str, requested_at: datetime) -> int:
        """Delete all rows and files of an account's posts; return how many rows there were.

        The account is marked first, so that no workflow in progress writes a row again. Nothing is
        done if this deletion, or that of a later request, is complete. Raises PostsLeft if a second
        look still finds rows.
        """
        if self.marks.is_repeated(account_id, requested_at, self.clock.now(), FEATURE):
            return 0
        self.marks.mark(account_id, requested_at)
        deleted = self._delete_all(account_id)
        if self._delete_all(account_id):
            raise PostsLeft
        self.marks.finish(account_id, requested_at, self.clock.now(), FEATURE)
        return deleted

    def _delete_all(self, account_id: str) -> int:
        deleted = 0
        for row in self._rows(account_id):
            if str(row[SORT]).startswith(keys.post_sort("")):
                self._delete_around(unpacked(Post, row[keys.BODY]))
            # The row is last: a deletion that is repeated needs it.
            self.table.delete_item(Key={PARTITION: row[PARTITION], SORT: row[SORT]})
            deleted += 1
        return deleted

    def _delete_around(self, post: Post) -> None:
        self.files.delete(post.file_keys)
        self.schedules.drop(post.id)
        self.table.delete_item(Key=keys.open_key(self.tenant, post.id))
        for source in (*(item.source for item in post.media), post.cover):
            if source and source.photo:
                photo = source.photo
                partition = keys.photo_partition(self.tenant, photo.event, photo.id)
                self.table.delete_item(Key={PARTITION: partition, SORT: post.id})

    def _rows(self, account_id: str) -> Iterator[Row]:
        partition = keys.account_partition(self.tenant, account_id)
        return query_all(
            self.table, KeyConditionExpression=Key(PARTITION).eq(partition), ConsistentRead=True
        )
