"""Connecting and disconnecting accounts in the table of tokens (DynamoDB)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, ConditionBase

from lambdas.kit.errors import ConflictError
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import (
    State,
    TokenRecord,
    TokenSecrets,
    disconnected,
    disconnected_since,
    joined,
)
from lambdas.storage.conditional import put_if
from lambdas.storage.events.transactions import REFUSED, transact
from lambdas.storage.rows import to_row
from lambdas.tokens.refreshed_tokens import RefreshedTokens, unchanged
from lambdas.tokens.token_store import DisconnectedSince, LoginGone, LoginStart

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef

# More logins of one account at one moment than this are a fault.
MAX_TRIES = 10


class DynamoTokenStore(RefreshedTokens):
    """A `TokenStore` in the table of tokens."""

    def connect(
        self, record: TokenRecord, secrets: TokenSecrets, *, login: LoginStart | None = None
    ) -> TokenRecord:
        """Store a login's result as the next version; what the login did not say stays."""
        for _ in range(MAX_TRIES):
            known = self.get(record.account_id)
            if _is_too_late(login, known):
                raise DisconnectedSince
            done = joined(record, known)
            # Before the record: a connection without this mapping could not be deleted.
            self._people.link(done)
            try:
                if login:
                    self._put_by(login, done, secrets)
                else:
                    self._put(done, secrets, unchanged(known) if known else _absent())
            except LoginGone:
                self._unlink_unstored(done)
                raise
            except ConflictError:
                continue
            former = {*known.people, *known.former_people} if known else set()
            # The account's earlier owner no longer decides about it.
            self._people.unlink(done.account_id, former - set(done.people))
            return done
        raise ConflictError

    def disconnect(
        self, account_id: str, now: datetime, *, connected_before: datetime | None = None
    ) -> TokenRecord | None:
        """Delete the tokens of an account; return what it was, or None if nothing was connected."""
        for _ in range(MAX_TRIES):
            known = self.get(account_id)
            if known is None or known.state is State.DISCONNECTED:
                return None
            if connected_before and known.connected_at and known.connected_at > connected_before:
                return None
            gone = disconnected(known, now)
            # First the marks: the mapping must survive a failure after the tokens are gone.
            self._people.mark_disconnected(gone, now)
            row = self._key(account_id) | to_row(gone)
            if put_if(self._table, row, unchanged(known)):
                return known
            self._unmark(account_id)
        raise ConflictError

    def add_disconnected(self, record: TokenRecord) -> None:
        """Store that an account is disconnected, unless it has a record."""
        row = self._key(record.account_id) | to_row(disconnected(record, record.issued_at))
        put_if(self._table, row, _absent())

    def end_logins(self, person_id: str, at: datetime) -> None:
        """Let no login that began until then connect an account of this person."""
        self._people.end_logins(person_id, at)

    def know_people(self, account_id: str, people: Iterable[str], now: datetime) -> None:
        """Map people to an account that cannot be stored yet, unless it has a record."""
        if self.get(account_id) is None:
            self._people.link_unstored(account_id, people, now)

    def forget_people(self, account_id: str) -> None:
        """Delete the mapping from people to an account, unless it is connected."""
        known = self.get(account_id)
        if known is None or known.state is not State.DISCONNECTED:
            return
        self._people.unlink(account_id, known.former_people)
        self._update(known, unchanged(known), {"former_people": []})

    def _unmark(self, account_id: str) -> None:
        """Restore the mapping of a connection that was made meanwhile."""
        known = self.get(account_id)
        if known and known.state is not State.DISCONNECTED:
            self._people.link(known)

    def _put_by(self, login: LoginStart, record: TokenRecord, secrets: TokenSecrets) -> None:
        """Store the next version, on condition that the login that gave it has not ended."""
        checks = [self._people.not_ended(one, login.started_at) for one in record.people]
        if login.pending_id:
            checks.append(
                {
                    "TableName": self._table.name,
                    "Key": keys.pending_key(login.pending_id),
                    "ConditionExpression": f"attribute_exists({keys.PARTITION})",
                }
            )
        put: PutTypeDef = {
            "TableName": self._table.name,
            "Item": self._connected_row(record, secrets),
            "ConditionExpression": f"attribute_not_exists({keys.PARTITION})",
        }
        if record.version > 1:
            put["ConditionExpression"] = "#version = :before"
            put["ExpressionAttributeNames"] = {"#version": "version"}
            put["ExpressionAttributeValues"] = {":before": record.version - 1}
        writes: list[TransactWriteItemTypeDef] = [{"ConditionCheck": check} for check in checks]
        codes = transact(self._table, [*writes, {"Put": put}])
        if REFUSED in codes[: len(checks)]:
            raise LoginGone
        if codes:
            raise ConflictError

    def _unlink_unstored(self, record: TokenRecord) -> None:
        """Delete the mapping of a connection that was not stored, except what is known of it."""
        known = self.get(record.account_id)
        kept = {*known.people, *known.former_people} if known else set()
        self._people.unlink(record.account_id, set(record.people) - kept)
        if known and known.state is State.DISCONNECTED:
            self._people.mark_disconnected(known, known.issued_at)


def _is_too_late(login: LoginStart | None, known: TokenRecord | None) -> bool:
    if login is None or login.awaited or known is None:
        return False
    return disconnected_since(known, login.started_at)


def _absent() -> ConditionBase:
    return Attr(keys.PARTITION).not_exists()
