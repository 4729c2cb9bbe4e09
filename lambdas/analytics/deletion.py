"""The deletion of an account's numbers, for a person who asked for the deletion of their data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.analytics import keys
from lambdas.storage.events.account_deletion import AccountDeletion
from lambdas.storage.keys import PARTITION, SORT
from lambdas.storage.rows import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True, kw_only=True)
class NumbersDeletion(AccountDeletion):
    """Deletes everything that is stored of an account's numbers."""

    table: Table
    tenant: str

    def delete_rows(self, account_id: str) -> int:
        """Delete the rows that are found; return how many there were."""
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
