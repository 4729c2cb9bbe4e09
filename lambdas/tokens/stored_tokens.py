"""Reading connected accounts from the table of tokens (DynamoDB)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.kit.clock import to_sortable
from lambdas.kit.errors import ConflictError
from lambdas.storage import keys
from lambdas.storage.accounts.token_cipher import TOKEN, TokenCipher
from lambdas.storage.accounts.token_record import TokenRecord, TokenSecrets
from lambdas.storage.rows import Row, from_row, query_all
from lambdas.tokens.people_rows import PeopleRows

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

DUE, RETRY = "DUE", "RETRY"


class StoredTokens:
    """Reads connected accounts; classes built on it change them."""

    def __init__(self, table: Table, cipher: TokenCipher, tenant: str) -> None:
        self._table = table
        self._cipher = cipher
        self._tenant = tenant
        self._people = PeopleRows(table, tenant)

    def get(self, account_id: str) -> TokenRecord | None:
        """Return the record of an account, read consistently."""
        row = self._row(account_id)
        return from_row(TokenRecord, row) if row else None

    def all(self, after: str = "") -> Iterator[TokenRecord]:
        """Return all records (after an id) in the order of their ids, disconnected ones too."""
        start = self._key(after)
        condition = Key(keys.PARTITION).eq(start[keys.PARTITION]) & Key(keys.SORT).gt(
            start[keys.SORT]
        )
        rows = query_all(self._table, KeyConditionExpression=condition)
        return (from_row(TokenRecord, row) for row in rows)

    def due(self, now: datetime, *, retries_only: bool = False) -> Iterator[str]:
        """Return the ids of active accounts whose time to refresh has come."""
        for kind in (RETRY,) if retries_only else (RETRY, DUE):
            partition = Key(keys.DUE_PARTITION).eq(f"{self._tenant}#{kind}")
            condition = partition & Key(keys.DUE_SORT).lte(to_sortable(now))
            rows = query_all(
                self._table, IndexName=keys.DUE_INDEX, KeyConditionExpression=condition
            )
            yield from (str(row[keys.SORT]).removeprefix("ACCOUNT#") for row in rows)

    def of_person(self, person_id: str, *, disconnected: bool = False) -> list[str]:
        """Return the ids of the accounts that an id in Meta's callbacks means."""
        found = self._people.accounts(person_id, disconnected=disconnected)
        return [one for one, version in found.items() if self._is_of(person_id, one, version)]

    def secrets(self, record: TokenRecord) -> TokenSecrets:
        """Return the tokens of a record."""
        row = self._row(record.account_id)
        if not row or TOKEN not in row:
            raise LookupError("no token is stored for the account")
        if int(row["version"]) != record.version:
            raise ConflictError
        return self._cipher.secrets(record, row)

    def _is_of(self, person_id: str, account_id: str, version: int) -> bool:
        """Return whether a mapping holds: a login that was cut off leaves the earlier owner's.

        One that is newer than its record is of a login that is just being stored.
        """
        record = self.get(account_id)
        if record is None or version > record.version:
            return True
        return person_id in (*record.people, *record.former_people)

    def _row(self, account_id: str) -> Row | None:
        return self._table.get_item(Key=self._key(account_id), ConsistentRead=True).get("Item")

    def _key(self, account_id: str) -> Row:
        return keys.account_key(self._tenant, account_id)
