"""The deletion of an account's numbers, for a person who asked for the deletion of their data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.analytics import keys
from lambdas.kit.clock import Clock
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.keys import PARTITION, SORT
from lambdas.storage.rows import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# The part of a deletion that is recorded when the numbers are gone.
FEATURE = "analytics"


class NumbersLeft(Exception):
    """A second look found rows again: the deletion has to be repeated."""


@dataclass(frozen=True)
class NumbersDeletion:
    """Deletes everything that is stored of an account; every step can be repeated."""

    table: Table
    tenant: str
    marks: DeletionMarks
    clock: Clock

    def delete(self, account_id: str, requested_at: datetime) -> int:
        """Delete all rows of an account; return how many there were.

        The account is marked first, so that no collection in progress writes a row again. Raises
        NumbersLeft if a second look still finds rows.
        """
        self.marks.mark(account_id, requested_at)
        deleted = self._delete_all(account_id)
        if self._delete_all(account_id):
            raise NumbersLeft
        self.marks.finish(account_id, requested_at, self.clock.now(), FEATURE)
        return deleted

    def _delete_all(self, account_id: str) -> int:
        deleted = 0
        with self.table.batch_writer() as batch:
            for sort in self._sort_keys(account_id):
                batch.delete_item(Key=keys.row_key(self.tenant, account_id, sort))
                deleted += 1
        return deleted

    def _sort_keys(self, account_id: str) -> Iterator[str]:
        rows = query_all(
            self.table,
            KeyConditionExpression=Key(PARTITION).eq(keys.partition(self.tenant, account_id)),
            ProjectionExpression=SORT,
            ConsistentRead=True,
        )
        return (str(row[SORT]) for row in rows)
