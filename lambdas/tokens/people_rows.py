"""Which accounts the people in Meta's callbacks have connected, in the table of tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.storage.rows import Row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

MARK = "disconnected_at"
VERSION = "version"


@dataclass(frozen=True)
class PeopleRows:
    """The mapping from people to accounts."""

    table: Table
    tenant: str

    def accounts(self, person_id: str, *, disconnected: bool) -> dict[str, int]:
        """Return the ids of a person's accounts, with or without disconnected ones.

        With each is the version of the connection that it was written for, 0 if not known.
        """
        mine = f"{self.tenant}#"
        person = Key(keys.PARTITION).eq(keys.person_key(person_id, "", "")[keys.PARTITION])
        condition = person & Key(keys.SORT).begins_with(mine)
        rows = query_all(self.table, KeyConditionExpression=condition, ConsistentRead=True)
        return {
            str(row[keys.SORT]).removeprefix(mine): int(row.get(VERSION, 0))
            for row in rows
            if disconnected or MARK not in row
        }

    def link(self, record: TokenRecord) -> None:
        """Map the people of a connected account to it."""
        for person in record.people:
            version = {VERSION: record.version}
            self.table.put_item(Item=self._key(person, record.account_id) | version)

    def unlink(self, account_id: str, people: Iterable[str]) -> None:
        """Delete the mapping of some people to an account."""
        for person in people:
            self.table.delete_item(Key=self._key(person, account_id))

    def mark_disconnected(self, record: TokenRecord, at: datetime) -> None:
        """Mark the mapping of an account's former people."""
        for person in record.former_people:
            mark = {MARK: to_sortable(at)}
            self.table.put_item(Item=self._key(person, record.account_id) | mark)

    def _key(self, person_id: str, account_id: str) -> Row:
        return dict(keys.person_key(person_id, self.tenant, account_id))
