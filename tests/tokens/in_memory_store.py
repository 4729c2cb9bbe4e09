"""An in-memory token store for simulations, held to the same contract tests as DynamoDB's."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from lambdas.kit.errors import ConflictError
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
from lambdas.tokens.people_rows import UNSTORED_LIFE
from lambdas.tokens.token_store import DisconnectedSince, LoginGone, LoginStart

NO_LEASE: dict[str, Any] = {"lease_owner": None, "lease_until": None}


class InMemoryTokenStore:
    """A `TokenStore` in a dictionary."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[TokenRecord, TokenSecrets | None]] = {}
        self._retry: set[str] = set()
        self._ended: dict[str, datetime] = {}
        self._unstored: set[tuple[str, str, datetime]] = set()
        self._lock = threading.Lock()

    def get(self, account_id: str) -> TokenRecord | None:
        """Return the record of an account."""
        row = self._rows.get(account_id)
        return row[0] if row else None

    def all(self, after: str = "") -> Iterator[TokenRecord]:
        """Return all records, or those after an id."""
        return (self._rows[one][0] for one in sorted(self._rows) if one > after)

    def due(self, now: datetime, *, retries_only: bool = False) -> Iterator[str]:
        """Return the accounts whose time to refresh has come."""
        for account_id, (record, _) in list(self._rows.items()):
            at = record.next_refresh_at
            is_due = record.state is State.ACTIVE and at is not None and at <= now
            if is_due and (not retries_only or account_id in self._retry):
                yield account_id

    def of_person(self, person_id: str, *, disconnected: bool = False) -> list[str]:
        """Return the accounts of a person."""
        unstored = [
            account_id
            for person, account_id, _ in self._unstored
            if person == person_id and account_id not in self._rows
        ]
        return unstored + [
            record.account_id
            for record in self.all()
            if (record.state is not State.DISCONNECTED and person_id in record.people)
            or (disconnected and person_id in record.former_people)
        ]

    def secrets(self, record: TokenRecord) -> TokenSecrets:
        """Return the tokens of a record."""
        known, secrets = self._rows[record.account_id]
        if secrets is None:
            raise LookupError("no token is stored for the account")
        if known.version != record.version:
            raise ConflictError
        return secrets

    def acquire(
        self, record: TokenRecord, owner: str, now: datetime, duration: timedelta
    ) -> TokenRecord:
        """Take the lease of an active account."""
        with self._lock:
            known = self._known(record, State.ACTIVE)
            if known.leased(now):
                raise ConflictError
            return self._change(
                known,
                lease_owner=owner,
                lease_until=now + duration,
                attempted_at=now,
                attempted_before=record.attempted_at,
            )

    def commit(self, held: TokenRecord, renewed: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Store a new token and end the lease."""
        with self._lock:
            self._held(held)
            done = replace(
                renewed,
                version=held.version + 1,
                failures=0,
                last_error=None,
                suspicion=None,
                state=State.ACTIVE,
                **NO_LEASE,
            )
            self._retry.discard(held.account_id)
            return self._write(done, secrets)

    def fail(self, held: TokenRecord, error: LastError, next_refresh_at: datetime) -> TokenRecord:
        """Record a failure and end the lease."""
        with self._lock:
            self._held(held)
            self._retry.add(held.account_id)
            return self._change(
                held,
                next_refresh_at=next_refresh_at,
                last_error=error,
                failures=held.failures + 1,
                **NO_LEASE,
            )

    def suspect(
        self, seen: TokenRecord, error: LastError, suspicion: Suspicion, look_again_at: datetime
    ) -> TokenRecord:
        """Record one answer that says the token is dead."""
        with self._lock:
            known = self._known(seen, State.ACTIVE)
            if known.lease_owner not in (None, seen.lease_owner):
                raise ConflictError
            self._retry.add(seen.account_id)
            return self._change(
                seen,
                last_error=error,
                suspicion=suspicion,
                next_refresh_at=look_again_at,
                **NO_LEASE,
            )

    def settle(self, seen: TokenRecord, next_refresh_at: datetime) -> TokenRecord:
        """Make an account active without an error."""
        with self._lock:
            if seen.state is State.DISCONNECTED:
                raise ConflictError
            self._known(seen, seen.state)
            self._retry.discard(seen.account_id)
            return self._change(
                seen,
                state=State.ACTIVE,
                failures=0,
                next_refresh_at=next_refresh_at,
                last_error=None,
                suspicion=None,
                notified_at=None,
            )

    def require_reauth(self, seen: TokenRecord, error: LastError) -> TokenRecord:
        """Record that an account needs a new login."""
        with self._lock:
            self._known(seen, State.ACTIVE)
            return self._change(
                seen,
                state=State.RECONNECT_REQUIRED,
                last_error=error,
                failures=seen.failures + 1,
                next_refresh_at=None,
                suspicion=None,
                **NO_LEASE,
            )

    def set_notified(self, seen: TokenRecord, at: datetime) -> None:
        """Record when people were notified."""
        with self._lock:
            self._change(self._known(seen), notified_at=at)

    def set_profile(self, seen: TokenRecord, profiled: TokenRecord) -> TokenRecord:
        """Store a changed name, type or app-scoped id."""
        with self._lock:
            return self._change(
                self._known(seen),
                username=profiled.username,
                account_type=profiled.account_type,
                scoped_id=profiled.scoped_id,
            )

    def connect(
        self, record: TokenRecord, secrets: TokenSecrets, *, login: LoginStart | None = None
    ) -> TokenRecord:
        """Store a login's result as the next version."""
        with self._lock:
            known = self.get(record.account_id)
            late = login and known and disconnected_since(known, login.started_at)
            if login and late and not login.awaited:
                raise DisconnectedSince
            ends = [self._ended[one] for one in record.people if one in self._ended]
            if login and any(end >= login.started_at for end in ends):
                raise LoginGone
            self._retry.discard(record.account_id)
            return self._write(joined(record, self.get(record.account_id)), secrets)

    def disconnect(
        self, account_id: str, now: datetime, *, connected_before: datetime | None = None
    ) -> TokenRecord | None:
        """Delete the tokens of an account."""
        with self._lock:
            known = self.get(account_id)
            if known is None or known.state is State.DISCONNECTED:
                return None
            if connected_before and known.connected_at and known.connected_at > connected_before:
                return None
            self._write(disconnected(known, now), None)
            return known

    def add_disconnected(self, record: TokenRecord) -> None:
        """Store that an account is disconnected, unless it has a record."""
        with self._lock:
            if record.account_id not in self._rows:
                self._write(disconnected(record, record.issued_at), None)

    def end_logins(self, person_id: str, at: datetime) -> None:
        """Let no login that began until then connect an account of this person."""
        with self._lock:
            self._ended[person_id] = max(at, self._ended.get(person_id, at))

    def know_people(self, account_id: str, people: Iterable[str], now: datetime) -> None:
        """Map people to an account that cannot be stored yet, unless it has a record."""
        if account_id not in self._rows:
            self._unstored |= {(one, account_id, now + UNSTORED_LIFE) for one in people}

    def forget_people(self, account_id: str) -> None:
        """Delete the mapping from people to an account, unless it is connected."""
        with self._lock:
            known = self.get(account_id)
            if known and known.state is State.DISCONNECTED:
                self._change(known, former_people=())

    def _known(self, seen: TokenRecord, *states: State) -> TokenRecord:
        known, _ = self._rows[seen.account_id]
        if known.version != seen.version or (states and known.state not in states):
            raise ConflictError
        return known

    def _held(self, held: TokenRecord) -> None:
        if self._known(held).lease_owner != held.lease_owner:
            raise ConflictError

    def _change(self, record: TokenRecord, **changes: Any) -> TokenRecord:
        _, secrets = self._rows[record.account_id]
        return self._write(replace(record, **changes), secrets)

    def _write(self, record: TokenRecord, secrets: TokenSecrets | None) -> TokenRecord:
        """Store a record with times of whole seconds, as rows have them."""
        times = {
            field.name: moment.replace(microsecond=0)
            for field in fields(record)
            if isinstance(moment := getattr(record, field.name), datetime)
        }
        stored = replace(record, **times)  # type: ignore[arg-type]
        self._rows[record.account_id] = (stored, secrets)
        return stored
