"""Pending logins in the table of tokens, each with its person's token, encrypted, for a while."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import Clock, to_sortable
from lambdas.storage import keys
from lambdas.storage.accounts.token_cipher import TokenCipher
from lambdas.storage.conditional import update_if
from lambdas.storage.events.transactions import transact
from lambdas.storage.lease import Lease
from lambdas.storage.rows import Row, from_row, query_all, to_row
from lambdas.tokens.login_state import hashed
from lambdas.tokens.pending_login import PendingLogin, Step

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

CHOICE_LIFE = timedelta(minutes=15)
# Of a login that the queue works on, and then of its result's page.
WORK_LIFE = timedelta(hours=1)
# Longer than the function may run that holds it, shorter than until its message returns.
LEASE = timedelta(seconds=150)
# Longer than an expired row may stay.
MARK_LIFE = timedelta(days=4)
TOKEN = "person_token"  # noqa: S105
STARTED = "started_at"


@dataclass(frozen=True)
class PendingLogins:
    """The rows, and their encrypted tokens. A row that is gone is never written again."""

    table: Table
    cipher: TokenCipher
    clock: Clock

    def begin(self, login: PendingLogin, token: str) -> str:
        """Store a login with its person's token; return the secret of its page's address."""
        # In hexadecimal: it stands in a path, where an id starts with a letter or a digit.
        secret = secrets.token_hex(32)
        stored = self._lasting(replace(login, id=hashed(secret)))
        ciphertext = self.cipher.encrypted_for_login(stored.tenant, stored.id, token)
        row = keys.pending_key(stored.id) | self._columns(stored) | {TOKEN: ciphertext}
        if not stored.person_id:
            self.table.put_item(Item=row)
            return secret
        # Before the login itself: one that is not listed here would survive a deletion.
        mark = self._person_key(stored)
        listed = {
            STARTED: to_sortable(stored.started_at),
            keys.EXPIRES: int((stored.started_at + MARK_LIFE).timestamp()),
        }
        self.table.put_item(Item=mark | listed)
        self.table.put_item(Item=row)
        if "Item" not in self.table.get_item(Key=mark, ConsistentRead=True):
            self.table.delete_item(Key=keys.pending_key(stored.id))
        return secret

    def of_secret(self, secret: str) -> PendingLogin | None:
        """Return the login of a page's address; None if it is unknown, ended or expired."""
        return self.get(hashed(secret))

    def get(self, login_id: str) -> PendingLogin | None:
        """Return a login; None if it is unknown, ended or expired."""
        row = self._row(login_id)
        login = from_row(PendingLogin, row) if row else None
        return login if login and login.until > self.clock.now() else None

    def choose(self, login: PendingLogin) -> bool:
        """Store which accounts were chosen; return False if that was done before."""
        chosen = self._lasting(login)
        is_open = Attr("step").eq(Step.CHOOSING.value)
        return update_if(self.table, keys.pending_key(login.id), is_open, put=self._columns(chosen))

    def acquire(self, login_id: str, owner: str) -> PendingLogin | None:
        """Take the lease of a login that the queue works on, and count the round.

        Returns None if there is nothing to do, or another message is at work.
        """
        login = self.get(login_id)
        if login is None or not login.is_working:
            return None
        taken = replace(login, rounds=login.rounds + 1)
        unchanged = Attr("step").eq(login.step.value) & Attr("rounds").eq(login.rounds)
        return (
            taken
            if self._lease(login_id, owner).acquire(
                self.clock.now(), LEASE, only_if=unchanged, put={"rounds": taken.rounds}
            )
            else None
        )

    def token(self, login_id: str) -> str | None:
        """Return the person's token; None if the login has ended meanwhile."""
        row = self._row(login_id)
        if row is None or TOKEN not in row:
            return None
        tenant = from_row(PendingLogin, row).tenant
        return self.cipher.decrypted_for_login(tenant, login_id, bytes(row[TOKEN]))

    def release(self, login: PendingLogin, owner: str) -> bool:
        """Store what a round did and end its lease; a login that is done loses its token.

        Returns False if the lease is lost, or the login has ended.
        """
        stored = self._lasting(login)
        # It stays listed for its person: its result names accounts until it expires.
        return self._lease(login.id, owner).release(
            put=self._columns(stored), remove=(TOKEN,) if stored.step is Step.DONE else ()
        )

    def end_of_person(self, person_id: str, tenant: str, before: datetime | None) -> int:
        """Delete a person's pending logins (that began until then); return how many."""
        partition = keys.pending_of_key(person_id, "", "")[keys.PARTITION]
        condition = Key(keys.PARTITION).eq(partition) & Key(keys.SORT).begins_with(f"{tenant}#")
        ended = 0
        for row in query_all(self.table, KeyConditionExpression=condition, ConsistentRead=True):
            if before and str(row[STARTED]) > to_sortable(before):
                continue
            login_id = str(row[keys.SORT]).removeprefix(f"{tenant}#")
            mark = keys.pending_of_key(person_id, tenant, login_id)
            self._delete_both(keys.pending_key(login_id), mark)
            ended += 1
        return ended

    def _delete_both(self, *rows: dict[str, str]) -> None:
        """Delete rows in one transaction: a kill in between would leave a login unlisted."""
        deletions: list[TransactWriteItemTypeDef] = [
            {"Delete": {"TableName": self.table.name, "Key": row}} for row in rows
        ]
        transact(self.table, deletions)

    def _lasting(self, login: PendingLogin) -> PendingLogin:
        life = CHOICE_LIFE if login.step is Step.CHOOSING else WORK_LIFE
        return replace(login.shortened(), until=self.clock.now() + life)

    def _columns(self, login: PendingLogin) -> Row:
        return to_row(login) | {keys.EXPIRES: int(login.until.timestamp())}

    def _row(self, login_id: str) -> Row | None:
        return self.table.get_item(Key=keys.pending_key(login_id), ConsistentRead=True).get("Item")

    def _lease(self, login_id: str, owner: str) -> Lease:
        return Lease(self.table, keys.pending_key(login_id), owner)

    def _person_key(self, login: PendingLogin) -> Row:
        return dict(keys.pending_of_key(login.person_id or "", login.tenant, login.id))
