"""What is known of a connected account and its token. The token itself is stored encrypted."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from datetime import datetime

from lambdas.storage.lease import MAX_DURATION


class State(enum.StrEnum):
    """The stored state. Whether a refresh is running follows from its lease."""

    ACTIVE = "active"
    RECONNECT_REQUIRED = "reconnect_required"
    DISCONNECTED = "disconnected"
    """Kept as a marker, so that a bootstrap token does not bring a disconnected account back."""


class Source(enum.StrEnum):
    """How a token came here."""

    CONNECT = "connect"
    ENVIRONMENT = "env"
    IMPORT = "import"


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
    the last one: at most two are made in 24 hours. `notified_at` is when people were notified that
    the account needs a new login.
    """

    tenant: str
    account_id: str
    login_type: str
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
    refreshed_at: datetime | None = None
    next_refresh_at: datetime | None = None
    failures: int = 0
    attempted_at: datetime | None = None
    attempted_before: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    last_error: LastError | None = None
    notified_at: datetime | None = None

    @property
    def name(self) -> str:
        """Return the name by which people know the account."""
        return f"@{self.username}" if self.username else self.account_id

    @property
    def people(self) -> tuple[str, ...]:
        """Return all ids by which Meta's callbacks may refer to this account."""
        ids = (self.account_id, self.scoped_id, self.person_id)
        return tuple(sorted({one for one in ids if one}))

    def leased(self, now: datetime) -> bool:
        """Return whether a refresh is running."""
        return self.lease_until is not None and now < self.lease_until <= now + MAX_DURATION

    def expired(self, now: datetime) -> bool:
        """Return whether the token has expired."""
        return self.expires_at is not None and self.expires_at <= now

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
    return replace(fresh, version=known.version + 1, scopes=scopes, **kept)
