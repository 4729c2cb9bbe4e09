"""The store of connected accounts and their tokens, as the tokens feature needs it.

Only this feature and the operators' commands write tokens; every other feature gets a usable token
from `lambdas/instagram`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from lambdas.storage.accounts.token_record import (
    LastError,
    Suspicion,
    TokenRecord,
    TokenSecrets,
)


class DisconnectedSince(Exception):
    """The account was disconnected after the login that would connect it."""


class LoginGone(Exception):
    """The login that would connect an account has ended: a request of its person did that."""


@dataclass(frozen=True)
class LoginStart:
    """When the login began that connects an account; `pending_id` is that of a pending one.

    A person waits for the result of one that is `awaited`: no operator disconnected the account in
    these seconds.
    """

    started_at: datetime
    pending_id: str | None = None
    awaited: bool = False


class TokenStore(Protocol):
    """Connected accounts. Every write is conditional on the version, or on the lease."""

    def get(self, account_id: str) -> TokenRecord | None:
        """Return the record of an account, read consistently."""

    def all(self, after: str = "") -> Iterator[TokenRecord]:
        """Return all records (after an id) in the order of their ids, disconnected ones too."""

    def due(self, now: datetime, *, retries_only: bool = False) -> Iterator[str]:
        """Return the ids of active accounts whose time to refresh has come."""

    def of_person(self, person_id: str, *, disconnected: bool = False) -> list[str]:
        """Return the ids of the accounts that an id in Meta's callbacks means.

        With `disconnected`, also those whose connection has ended.
        """

    def secrets(self, record: TokenRecord) -> TokenSecrets:
        """Return the tokens of a record.

        Raises ConflictError if the version moved, LookupError if no token is stored.
        """

    def acquire(
        self, record: TokenRecord, owner: str, now: datetime, duration: timedelta
    ) -> TokenRecord:
        """Take the lease of an active account, and record the attempt.

        Raises ConflictError if the version moved, the account is not active, or the lease is held.
        """

    def commit(self, held: TokenRecord, renewed: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Store a new token and end the lease. Raises ConflictError if the lease is lost."""

    def fail(self, held: TokenRecord, error: LastError, next_refresh_at: datetime) -> TokenRecord:
        """Record a failure and the time of the next attempt, and end the lease.

        Raises ConflictError if the lease is lost.
        """

    def suspect(
        self, seen: TokenRecord, error: LastError, suspicion: Suspicion, look_again_at: datetime
    ) -> TokenRecord:
        """Record one answer that says the token is dead, and end the lease if it is ours.

        The account stays active. Raises ConflictError if the version moved, the account is not
        active, or a refresh of another owner is running.
        """

    def settle(self, seen: TokenRecord, next_refresh_at: datetime) -> TokenRecord:
        """Make an account active without an error: what was suspected of it is not so.

        Raises ConflictError if the version moved or the account is disconnected.
        """

    def require_reauth(self, seen: TokenRecord, error: LastError) -> TokenRecord:
        """Record that an account needs a new login, and take it out of the schedule.

        Raises ConflictError if the version moved or the account is not active: of many who find
        the same token dead, one succeeds.
        """

    def set_notified(self, seen: TokenRecord, at: datetime) -> None:
        """Record when people were notified. Raises ConflictError if the version moved."""

    def set_profile(self, seen: TokenRecord, profiled: TokenRecord) -> TokenRecord:
        """Store a changed name, type or app-scoped id. Raises ConflictError if the version moved.

        Of `profiled` nothing else is stored.
        """

    def connect(
        self, record: TokenRecord, secrets: TokenSecrets, *, login: LoginStart | None = None
    ) -> TokenRecord:
        """Store a login's result as the next version; what the login did not say stays.

        Raises DisconnectedSince if the account was disconnected since `login` began, and LoginGone
        if that was pending and has ended, or a person of the account has ended their logins since:
        nothing is stored behind a request of its person.
        """

    def end_logins(self, person_id: str, at: datetime) -> None:
        """Let no login that began until then connect an account of this person."""

    def disconnect(
        self, account_id: str, now: datetime, *, connected_before: datetime | None = None
    ) -> TokenRecord | None:
        """Delete the tokens of an account; return what it was, or None if nothing was connected.

        The mapping from its people stays, marked. A connection made after `connected_before` is
        left alone.
        """

    def add_disconnected(self, record: TokenRecord) -> None:
        """Store that an account is disconnected, unless it has a record."""

    def know_people(self, account_id: str, people: Iterable[str], now: datetime) -> None:
        """Map people to an account that cannot be stored yet, unless it has a record."""

    def forget_people(self, account_id: str) -> None:
        """Delete the mapping from people to an account, unless it is connected."""
