"""Changing connected accounts as refreshes and checks find them (DynamoDB)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr, ConditionBase

from lambdas.kit.errors import ConflictError
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import (
    LastError,
    State,
    Suspicion,
    TokenRecord,
    TokenSecrets,
)
from lambdas.storage.conditional import put_if, update_if
from lambdas.storage.lease import OWNER, UNTIL, Lease
from lambdas.storage.rows import Row, to_row
from lambdas.tokens.stored_tokens import DUE, RETRY, StoredTokens

PROFILE = ("username", "account_type", "scoped_id")
ACTIVE = Attr("state").eq(State.ACTIVE.value)


class RefreshedTokens(StoredTokens):
    """Records how refreshes and checks of accounts went; `DynamoTokenStore` connects them."""

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
            now, duration, only_if=unchanged(record) & ACTIVE, put=_columns(**attempts)
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
        self._put(done, secrets, unchanged(held) & self._lease(held).is_ours)
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
        self._update(seen, unchanged(seen) & ACTIVE & free, columns, (OWNER, UNTIL))
        return replace(seen, **changes, lease_owner=None, lease_until=None)  # type: ignore[arg-type]

    def settle(self, seen: TokenRecord, next_refresh_at: datetime) -> TokenRecord:
        """Make an account active without an error: what was suspected of it is not so."""
        changes = {"state": State.ACTIVE, "failures": 0, keys.DUE_SORT: next_refresh_at}
        gone = ("last_error", "suspicion", "notified_at")
        # An owner may have removed the app since: that is no new version.
        same = Attr("state").eq(seen.state.value)
        columns = _columns(**changes) | self._schedule(DUE)
        self._update(seen, unchanged(seen) & same, columns, gone)
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
            seen, unchanged(seen) & ACTIVE, _columns(**changes), (keys.DUE_PARTITION, *gone)
        )
        return replace(seen, **changes, **dict.fromkeys(gone))  # type: ignore[arg-type]

    def set_notified(self, seen: TokenRecord, at: datetime) -> None:
        """Record when people were notified."""
        self._update(seen, unchanged(seen), _columns(notified_at=at))

    def set_profile(self, seen: TokenRecord, profiled: TokenRecord) -> TokenRecord:
        """Store a changed name, type or app-scoped id."""
        changes = {name: getattr(profiled, name) for name in PROFILE}
        changed = replace(seen, **changes)
        if changed.people != seen.people:
            self._people.link(changed)
        self._update(seen, unchanged(seen), _columns(**changes))
        return changed

    def _put(self, record: TokenRecord, secrets: TokenSecrets, condition: ConditionBase) -> None:
        if not put_if(self._table, self._connected_row(record, secrets), condition):
            raise ConflictError

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


def unchanged(record: TokenRecord) -> ConditionBase:
    """Return the condition that a record is still the version that was read."""
    return Attr("version").eq(record.version)
