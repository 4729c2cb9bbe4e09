"""Connected accounts in the table of tokens (DynamoDB)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, ConditionBase

from lambdas.kit.errors import ConflictError
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import (
    LastError,
    State,
    Suspicion,
    TokenRecord,
    TokenSecrets,
    disconnected,
    disconnected_since,
    joined,
)
from lambdas.storage.conditional import put_if, update_if
from lambdas.storage.events.transactions import REFUSED, transact
from lambdas.storage.lease import OWNER, UNTIL, Lease
from lambdas.storage.rows import Row, to_row
from lambdas.tokens.stored_tokens import DUE, RETRY, StoredTokens
from lambdas.tokens.token_store import DisconnectedSince, LoginGone, LoginStart

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef

PROFILE = ("username", "account_type", "scoped_id")
ACTIVE = Attr("state").eq(State.ACTIVE.value)
# More logins of one account at one moment than this are a fault.
MAX_TRIES = 10


class DynamoTokenStore(StoredTokens):
    """A `TokenStore` in the table of tokens."""

    def acquire(
        self, record: TokenRecord, owner: str, now: datetime, duration: timedelta
    ) -> TokenRecord:
        """Take the lease of an active account, and record the attempt."""
        held = replace(
            record,
            lease_owner=owner,
            lease_until=now + duration,
            attempted_at=now,
            attempted_before=record.attempted_at,
        )
        attempts = {"attempted_at": now, "attempted_before": record.attempted_at}
        if not self._lease(held).acquire(
            now, duration, only_if=_unchanged(record) & ACTIVE, put=_columns(**attempts)
        ):
            raise ConflictError
        return held

    def commit(self, held: TokenRecord, renewed: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Store a new token and end the lease."""
        done = replace(
            renewed,
            version=held.version + 1,
            failures=0,
            last_error=None,
            suspicion=None,
            lease_owner=None,
            lease_until=None,
            state=State.ACTIVE,
        )
        self._put(done, secrets, _unchanged(held) & self._lease(held).is_ours)
        return done

    def fail(self, held: TokenRecord, error: LastError, next_refresh_at: datetime) -> TokenRecord:
        """Record a failure and the time of the next attempt, and end the lease."""
        changes = {
            "failures": held.failures + 1,
            "last_error": error,
            keys.DUE_SORT: next_refresh_at,
        }
        if not self._lease(held).release(put=_columns(**changes) | self._schedule(RETRY)):
            raise ConflictError
        return replace(held, **changes, lease_owner=None, lease_until=None)  # type: ignore[arg-type]

    def suspect(
        self, seen: TokenRecord, error: LastError, suspicion: Suspicion, look_again_at: datetime
    ) -> TokenRecord:
        """Record one answer that says the token is dead, and end the lease if it is ours."""
        owner = Attr(OWNER)
        free: ConditionBase = owner.not_exists()
        if seen.lease_owner:
            free |= owner.eq(seen.lease_owner)
        changes = {"last_error": error, "suspicion": suspicion, keys.DUE_SORT: look_again_at}
        columns = _columns(**changes) | self._schedule(RETRY)
        self._update(seen, _unchanged(seen) & ACTIVE & free, columns, (OWNER, UNTIL))
        return replace(seen, **changes, lease_owner=None, lease_until=None)  # type: ignore[arg-type]

    def settle(self, seen: TokenRecord, next_refresh_at: datetime) -> TokenRecord:
        """Make an account active without an error: what was suspected of it is not so."""
        changes = {"state": State.ACTIVE, "failures": 0, keys.DUE_SORT: next_refresh_at}
        gone = ("last_error", "suspicion", "notified_at")
        # An owner may have removed the app since: that is no new version.
        same = Attr("state").eq(seen.state.value)
        columns = _columns(**changes) | self._schedule(DUE)
        self._update(seen, _unchanged(seen) & same, columns, gone)
        return replace(seen, **changes, **dict.fromkeys(gone))  # type: ignore[arg-type]

    def require_reauth(self, seen: TokenRecord, error: LastError) -> TokenRecord:
        """Record that an account needs a new login, and take it out of the schedule."""
        changes = {
            "state": State.RECONNECT_REQUIRED,
            "last_error": error,
            "failures": seen.failures + 1,
        }
        gone = (keys.DUE_SORT, "suspicion", OWNER, UNTIL)
        self._update(
            seen, _unchanged(seen) & ACTIVE, _columns(**changes), (keys.DUE_PARTITION, *gone)
        )
        return replace(seen, **changes, **dict.fromkeys(gone))  # type: ignore[arg-type]

    def set_notified(self, seen: TokenRecord, at: datetime) -> None:
        """Record when people were notified."""
        self._update(seen, _unchanged(seen), _columns(notified_at=at))

    def set_profile(self, seen: TokenRecord, profiled: TokenRecord) -> TokenRecord:
        """Store a changed name, type or app-scoped id."""
        changes = {name: getattr(profiled, name) for name in PROFILE}
        changed = replace(seen, **changes)
        if changed.people != seen.people:
            self._people.link(changed)
        self._update(seen, _unchanged(seen), _columns(**changes))
        return changed

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
                    self._put(done, secrets, _unchanged(known) if known else _absent())
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
            if put_if(self._table, row, _unchanged(known)):
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
        self._update(known, _unchanged(known), {"former_people": []})

    def _unmark(self, account_id: str) -> None:
        """Restore the mapping of a connection that was made meanwhile."""
        known = self.get(account_id)
        if known and known.state is not State.DISCONNECTED:
            self._people.link(known)

    def _put(self, record: TokenRecord, secrets: TokenSecrets, condition: ConditionBase) -> None:
        if not put_if(self._table, self._connected_row(record, secrets), condition):
            raise ConflictError

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

    def _connected_row(self, record: TokenRecord, secrets: TokenSecrets) -> Row:
        row = self._key(record.account_id) | to_row(record)
        row |= self._cipher.encrypted_columns(record, secrets)
        return row | (self._schedule(DUE) if record.next_refresh_at else {})

    def _update(
        self,
        record: TokenRecord,
        condition: ConditionBase,
        columns: Row,
        remove: tuple[str, ...] = (),
    ) -> None:
        key = self._key(record.account_id)
        if not update_if(self._table, key, condition, put=columns, remove=remove):
            raise ConflictError

    def _lease(self, held: TokenRecord) -> Lease:
        return Lease(self._table, self._key(held.account_id), held.lease_owner or "")

    def _schedule(self, kind: str) -> Row:
        return {keys.DUE_PARTITION: f"{self._tenant}#{kind}"}


def _columns(**changes: object) -> Row:
    """Return the columns of changed fields; a field that is None has none."""
    return to_row(changes)


def _is_too_late(login: LoginStart | None, known: TokenRecord | None) -> bool:
    if login is None or login.awaited or known is None:
        return False
    return disconnected_since(known, login.started_at)


def _unchanged(record: TokenRecord) -> ConditionBase:
    return Attr("version").eq(record.version)


def _absent() -> ConditionBase:
    return Attr(keys.PARTITION).not_exists()
