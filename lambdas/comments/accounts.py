"""The accounts whose inbox is kept, as connected accounts are known without their tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Key

from lambdas.instagram.account_rows import AccountRows
from lambdas.kit.clock import Clock
from lambdas.kit.login_type import LoginType
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.storage.rows import from_row, query_all

# An account that was just connected is known within this time.
CACHE_TTL = timedelta(seconds=20)


@dataclass(frozen=True, kw_only=True)
class InboxAccount:
    """An account. `own_ids` are all ids by which Instagram names it as an author.

    `since` is when it was connected first; a new login of a connected account changes
    `connected_at` alone.
    """

    id: str
    name: str
    username: str | None
    login_type: LoginType
    own_ids: frozenset[str]
    connected_at: datetime | None
    is_connected: bool
    needs_login: bool
    page_id: str | None
    scopes: tuple[str, ...]
    since: datetime | None = None

    def is_author(self, author_id: str | None, username: str | None) -> bool:
        """Return whether the account itself wrote something."""
        if author_id in self.own_ids:
            return True
        return bool(username and self.username and username.lower() == self.username.lower())


@dataclass(frozen=True)
class InboxAccounts:
    """All accounts of a tenant that are or were connected."""

    rows: AccountRows
    clock: Clock
    _read: list[tuple[datetime, Mapping[str, InboxAccount]]] = field(
        default_factory=list, init=False, repr=False
    )

    def all(self) -> Mapping[str, InboxAccount]:
        """Return the accounts by id, as they were a few seconds ago."""
        now = self.clock.now()
        if not self._read or now - self._read[-1][0] >= CACHE_TTL:
            self._read[:] = [(now, {one.id: one for one in map(account_of, self._records())})]
        return self._read[-1][1]

    def of(self, account_id: str) -> InboxAccount | None:
        """Return an account by its id, or by another id that Instagram has for it; or None."""
        accounts = self.all()
        if account_id in accounts:
            return accounts[account_id]
        return next((one for one in accounts.values() if account_id in one.own_ids), None)

    def by_author(self, author_id: str | None, username: str | None) -> InboxAccount | None:
        """Return the connected account that an author is, or None."""
        found = (one for one in self.all().values() if one.is_author(author_id, username))
        return next((one for one in found if one.is_connected), None)

    def _records(self) -> list[TokenRecord]:
        partition = keys.account_key(self.rows.tenant, "")[keys.PARTITION]
        condition = Key(keys.PARTITION).eq(partition)
        found = query_all(self.rows.table, KeyConditionExpression=condition, ConsistentRead=True)
        return [from_row(TokenRecord, row) for row in found]


def account_of(record: TokenRecord) -> InboxAccount:
    """Return the account of a record."""
    ids = (record.account_id, record.scoped_id)
    return InboxAccount(
        id=record.account_id,
        name=record.name,
        username=record.username,
        login_type=record.login_type,
        own_ids=frozenset(one for one in ids if one),
        connected_at=record.connected_at,
        is_connected=record.state is not State.DISCONNECTED,
        needs_login=record.state is State.RECONNECT_REQUIRED,
        page_id=record.page_id,
        scopes=record.scopes,
        since=record.connected_since,
    )
