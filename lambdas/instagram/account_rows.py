"""Which account the site shows: the rows of connected accounts, read without their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.storage import keys
from lambdas.storage.accounts.token_record import State
from lambdas.storage.rows import Row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class SiteAccount:
    """The row of the site's own account, and what it was chosen from.

    `own` is the row of the account that the site names; `rows` are those of all accounts, read
    only if that account is not connected.
    """

    connected: Row | None
    own: Row | None
    rows: Sequence[Row] = ()


@dataclass(frozen=True)
class AccountRows:
    """The rows of a tenant's accounts."""

    table: Table
    tenant: str

    def of(self, account_id: str) -> Row | None:
        """Return an account's row, or None if it was never connected."""
        key = keys.account_key(self.tenant, account_id)
        return self.table.get_item(Key=key, ConsistentRead=True).get("Item")

    def site(self, named: str) -> SiteAccount:
        """Return the site's own account: the `named` one while it is connected, else the first."""
        own = (self.of(named) or self._of_person(named)) if named else None
        if own and own["state"] != State.DISCONNECTED.value:
            return SiteAccount(own, own)
        partition = keys.account_key(self.tenant, "")[keys.PARTITION]
        condition = Key(keys.PARTITION).eq(partition)
        rows = list(query_all(self.table, KeyConditionExpression=condition, ConsistentRead=True))
        connected = [row for row in rows if row["state"] != State.DISCONNECTED.value]
        first = min(connected, key=lambda row: str(row.get("connected_at", "")), default=None)
        return SiteAccount(first, own, rows)

    def _of_person(self, person_id: str) -> Row | None:
        """Return the row of an account that the app knows by another id; None if there is none."""
        key = keys.person_key(person_id, self.tenant, "")
        condition = Key(keys.PARTITION).eq(key[keys.PARTITION])
        mine = condition & Key(keys.SORT).begins_with(key[keys.SORT])
        for row in query_all(self.table, KeyConditionExpression=mine, ConsistentRead=True):
            found = self.of(str(row[keys.SORT]).removeprefix(key[keys.SORT]))
            if found:
                return found
        return None
