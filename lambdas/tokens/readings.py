"""Accounts whose posts cannot be read, and since when: kept beside the token's own record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import LastError, TokenRecord
from lambdas.storage.conditional import update_if
from lambdas.storage.rows import Row, from_row, query_all, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# Consecutive failures over a day are reported. Daily messages are spread over up to 15 minutes.
UNREADABLE_AFTER = timedelta(hours=23)


@dataclass(frozen=True)
class Reading:
    """Consecutive failures to read an account."""

    account_id: str
    failing_since: datetime
    last_error: LastError
    notified_at: datetime | None = None

    def concerns(self, record: TokenRecord) -> bool:
        """Return whether the failures are of the present connection, not of an earlier one."""
        return record.connected_at is None or self.failing_since >= record.connected_at

    def lasts_for_a_day(self, now: datetime) -> bool:
        """Return whether the failures have lasted long enough to be reported."""
        return now - self.failing_since >= UNREADABLE_AFTER


@dataclass(frozen=True)
class Readings:
    """The accounts that cannot be read, in the table of tokens."""

    table: Table
    tenant: str

    def failed(self, account_id: str, last: LastError) -> Reading:
        """Record a failure; return the run of failures that it belongs to."""
        # One write, so that a list of the accounts never holds half of a row.
        answer = self.table.update_item(
            Key=self._key(account_id),
            UpdateExpression="SET account_id = :account, last_error = :error, "
            "failing_since = if_not_exists(failing_since, :at)",
            ExpressionAttributeValues={
                ":account": account_id,
                ":error": to_row({"error": last})["error"],
                ":at": to_sortable(last.at),
            },
            ReturnValues="ALL_NEW",
        )
        return from_row(Reading, answer["Attributes"])

    def succeeded(self, account_id: str) -> None:
        """Forget the failures of an account."""
        self.table.delete_item(Key=self._key(account_id))

    def set_notified(self, account_id: str, at: datetime) -> None:
        """Record that people were notified."""
        known = Attr(keys.PARTITION).exists()
        update_if(self.table, self._key(account_id), known, put={"notified_at": to_sortable(at)})

    def failing(self) -> list[Reading]:
        """Return all accounts whose last reading failed."""
        partition = Key(keys.PARTITION).eq(self._key("")[keys.PARTITION])
        rows = query_all(self.table, KeyConditionExpression=partition, ConsistentRead=True)
        return [from_row(Reading, row) for row in rows]

    def _key(self, account_id: str) -> Row:
        return {keys.PARTITION: f"READING#{self.tenant}", keys.SORT: f"ACCOUNT#{account_id}"}
