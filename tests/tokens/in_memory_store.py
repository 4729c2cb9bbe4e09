"""An in-memory twin of the writer of the vault, for simulations; the same contract tests run against it and against DynamoDB."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lambdas.storage.accounts.token_record import (
    MAX_LEASE,
    LastError,
    State,
    TokenRecord,
    TokenSecrets,
    joined,
)
from lambdas.tokens.token_store import ConflictError


def second(moment: datetime) -> datetime:
    """Rows know whole seconds."""
    return moment.replace(microsecond=0)


class MemoryTokenStore:
    """A `TokenStore` in a dictionary."""

    def __init__(self, tenant: str = "main") -> None:
        self._tenant = tenant
        self._rows: dict[str, tuple[TokenRecord, TokenSecrets | None]] = {}
        self._retry: set[str] = set()
        self._lock = threading.Lock()

    def get(self, account_id: str) -> TokenRecord | None:
        """The record of an account."""
        row = self._rows.get(account_id)
        return row[0] if row else None

    def all(self, after: str = "") -> Iterator[TokenRecord]:
        """All records, or those after an id."""
        return (
            self._rows[account_id][0] for account_id in sorted(self._rows) if account_id > after
        )

    def due(self, now: datetime, *, retries_only: bool = False) -> Iterator[str]:
        """The accounts whose time has come."""
        for account_id, (record, _) in list(self._rows.items()):
            is_due = (
                record.state is State.ACTIVE
                and record.next_refresh_at
                and record.next_refresh_at <= now
            )
            if is_due and (not retries_only or account_id in self._retry):
                yield account_id

    def of_person(self, person_id: str) -> list[str]:
        """The accounts of a person."""
        return [
            record.account_id
            for record in self.all()
            if person_id in record.people and record.state is not State.DISCONNECTED
        ]

    def secrets(self, record: TokenRecord) -> TokenSecrets:
        """The tokens of a record."""
        known, secrets = self._rows[record.account_id]
        if secrets is None:
            raise LookupError("no token is stored for the account")
        if known.version != record.version:
            raise ConflictError
        return secrets

    def acquire(
        self, record: TokenRecord, owner: str, now: datetime, lease: timedelta
    ) -> TokenRecord:
        """Takes the lease."""
        with self._lock:
            known, secrets = self._rows[record.account_id]
            held = known.lease_until is not None and now < known.lease_until <= now + MAX_LEASE
            if known.version != record.version or known.state is not State.ACTIVE or held:
                raise ConflictError
            lease_until, now = second(now + lease), second(now)
            taken = replace(
                known,
                lease_owner=owner,
                lease_until=lease_until,
                attempted_at=now,
                attempted_before=record.attempted_at,
            )
            self._rows[record.account_id] = (taken, secrets)
            return taken

    def commit(self, held: TokenRecord, renewed: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Writes a new token."""
        with self._lock:
            self._check(held)
            done = replace(
                renewed,
                version=held.version + 1,
                failures=0,
                last_error=None,
                lease_owner=None,
                lease_until=None,
                state=State.ACTIVE,
            )
            self._write(done, secrets)
            self._retry.discard(held.account_id)
            return done

    def fail(self, held: TokenRecord, error: LastError, next_refresh_at: datetime) -> TokenRecord:
        """Notes a failure."""
        with self._lock:
            self._check(held)
            changed = replace(
                held,
                next_refresh_at=second(next_refresh_at),
                last_error=error,
                failures=held.failures + 1,
            )
            done = replace(changed, lease_owner=None, lease_until=None)
            self._write(done, self._rows[held.account_id][1])
            self._retry.add(held.account_id)
            return done

    def require_reauth(self, seen: TokenRecord, error: LastError) -> TokenRecord:
        """Takes an account out of the index."""
        with self._lock:
            known, secrets = self._rows[seen.account_id]
            if known.version != seen.version or known.state is not State.ACTIVE:
                raise ConflictError
            changed = replace(
                known, state=State.RECONNECT_REQUIRED, last_error=error, failures=seen.failures + 1
            )
            done = replace(changed, next_refresh_at=None, lease_owner=None, lease_until=None)
            self._write(done, secrets)
            return done

    def told(self, seen: TokenRecord, at: datetime) -> None:
        """Notes that somebody was told."""
        with self._lock:
            known, secrets = self._rows[seen.account_id]
            if known.version != seen.version:
                raise ConflictError
            self._write(replace(known, notified_at=second(at)), secrets)

    def connect(self, record: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Writes what a login gave."""
        with self._lock:
            done = joined(record, self.get(record.account_id))
            self._write(done, secrets)
            self._retry.discard(record.account_id)
            return done

    def disconnect(self, account_id: str, now: datetime) -> TokenRecord | None:
        """Forgets the tokens of an account."""
        with self._lock:
            known = self.get(account_id)
            if known is None or known.state is State.DISCONNECTED:
                return None
            gone = TokenRecord(
                known.tenant,
                account_id,
                known.login_type,
                known.app_id,
                second(now),
                None,
                known.version + 1,
                State.DISCONNECTED,
            )
            self._rows[account_id] = (gone, None)
            return known

    def _check(self, held: TokenRecord) -> None:
        known, _ = self._rows[held.account_id]
        if known.version != held.version or known.lease_owner != held.lease_owner:
            raise ConflictError

    def _write(self, record: TokenRecord, secrets: TokenSecrets | None) -> None:
        names = (
            "issued_at",
            "expires_at",
            "next_refresh_at",
            "refreshed_at",
            "connected_at",
            "data_access_expires_at",
        )
        whole: dict[str, Any] = {
            name: second(moment) for name in names if (moment := getattr(record, name))
        }
        self._rows[record.account_id] = (replace(record, **whole), secrets)
