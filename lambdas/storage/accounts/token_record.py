"""What is known about a connected account and its token. The token itself is stored encrypted."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from datetime import datetime

from lambdas.kit.login_type import LoginType
from lambdas.storage.lease import MAX_DURATION


class State(enum.StrEnum):
    """The stored state. Whether a refresh is running follows from its lease."""

    ACTIVE = "active"
    RECONNECT_REQUIRED = "reconnect_required"
    DISCONNECTED = "disconnected"
    """Kept as a marker, so that a bootstrap token does not bring a disconnected account back."""


class Source(enum.StrEnum):
    """Where a token came from."""

    CONNECT = "connect"
    ENVIRONMENT = "env"
    IMPORT = "import"


class Task(enum.StrEnum):
    """What the refresh queue does with an account."""

    REFRESH = "refresh"
    VERIFY = "verify"


@dataclass(frozen=True)
class LastError:
    """Why the last attempt failed: numbers, and a sentence of ours."""

    at: datetime
    meaning: str
    code: int | None = None
    subcode: int | None = None
    trace_id: str | None = None
    edge: str | None = None


@dataclass(frozen=True)
class Suspicion:
    """One answer that says the token is dead: it needs a second one before anyone is notified.

    One that was `of_app` says nothing of the account, and is not confirmed by another.
    """

    at: datetime
    task: Task
    of_app: bool = False


@dataclass(frozen=True)
class TokenSecrets:
    """What is stored encrypted.

    `token` is for calls; `renewal` is for the next exchange (with the Facebook login, the
    person's long-lived token).
    """

    token: str = field(repr=False)
    renewal: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class TokenRecord:
    """One connected account and the state of its token.

    `version` increases with every new token. `expires_at` is None for a token without an expiry
    date. Times are aware UTC, stored to whole seconds. `attempted_before` is the attempt before
    the last one: at most two are made in 24 hours. `first_connected_at` is when an account that was
    logged in again since was connected before. `notified_at` is when people were notified that
    the account needs a new login. `former_people` are the ids of people whose connection has
    ended: their deletion requests still mean this account. `bootstrap_fingerprint` identifies the
    environment's token that the record was made from.
    """

    tenant: str
    account_id: str
    login_type: LoginType
    app_id: str
    issued_at: datetime
    expires_at: datetime | None = None
    version: int = 0
    state: State = State.ACTIVE
    source: Source = Source.CONNECT
    username: str | None = None
    account_type: str | None = None
    scoped_id: str | None = None
    person_id: str | None = None
    page_id: str | None = None
    page_name: str | None = None
    scopes: tuple[str, ...] = ()
    data_access_expires_at: datetime | None = None
    connected_at: datetime | None = None
    first_connected_at: datetime | None = None
    refreshed_at: datetime | None = None
    next_refresh_at: datetime | None = None
    failures: int = 0
    attempted_at: datetime | None = None
    attempted_before: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    last_error: LastError | None = None
    notified_at: datetime | None = None
    suspicion: Suspicion | None = None
    former_people: tuple[str, ...] = ()
    bootstrap_fingerprint: str | None = None

    @property
    def name(self) -> str:
        """Return the name by which people know the account."""
        return f"@{self.username}" if self.username else self.account_id

    @property
    def people(self) -> tuple[str, ...]:
        """Return all ids by which Meta's callbacks may refer to this account."""
        ids = (self.account_id, self.scoped_id, self.person_id)
        return tuple(sorted({one for one in ids if one}))

    @property
    def connected_since(self) -> datetime | None:
        """Return when the account was connected; a new login does not change it."""
        return self.first_connected_at or self.connected_at

    def leased(self, now: datetime) -> bool:
        """Return whether a refresh is running."""
        return self.lease_until is not None and now < self.lease_until <= now + MAX_DURATION

    def expired(self, now: datetime) -> bool:
        """Return whether the token has expired."""
        return self.expires_at is not None and self.expires_at <= now

    def consent_lapsed(self, now: datetime) -> bool:
        """Return whether the owner's consent to data access has lapsed."""
        return self.data_access_expires_at is not None and self.data_access_expires_at <= now

    @property
    def ends_at(self) -> datetime | None:
        """Return when the token or its data access ends, whichever is first; None if neither."""
        ends = (self.expires_at, self.data_access_expires_at)
        return min((moment for moment in ends if moment), default=None)


def joined(fresh: TokenRecord, known: TokenRecord | None) -> TokenRecord:
    """Return a login's result as the next version, completed by what was known before."""
    if known is None:
        return replace(fresh, version=1)
    names: tuple[str, ...] = ("username", "account_type")
    if fresh.login_type == known.login_type:
        names = (*names, "scoped_id", "person_id", "page_id", "page_name")
    kept = (
        {name: getattr(fresh, name) or getattr(known, name) for name in names}
        if known.state is not State.DISCONNECTED
        else {}
    )
    scopes = fresh.scopes or known.scopes
    is_known = known.state is not State.DISCONNECTED
    since = known.connected_since if is_known else None
    return replace(
        fresh,
        version=known.version + 1,
        scopes=scopes,
        first_connected_at=since,
        bootstrap_fingerprint=fresh.bootstrap_fingerprint or known.bootstrap_fingerprint,
        **kept,
    )


def disconnected(known: TokenRecord, now: datetime) -> TokenRecord:
    """Return the marker that is left of a connection: no token, no name, who it belonged to."""
    return TokenRecord(
        tenant=known.tenant,
        account_id=known.account_id,
        login_type=known.login_type,
        app_id=known.app_id,
        issued_at=now,
        version=known.version + 1,
        state=State.DISCONNECTED,
        former_people=tuple(sorted({*known.people, *known.former_people})),
        bootstrap_fingerprint=known.bootstrap_fingerprint,
    )


def disconnected_since(known: TokenRecord, moment: datetime) -> bool:
    """Return whether a connection was ended at or after a time, which is cut to whole seconds."""
    return known.state is State.DISCONNECTED and known.issued_at >= moment.replace(microsecond=0)
