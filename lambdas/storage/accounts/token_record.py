"""What is known of a connected account and its token. The token itself is apart, encrypted."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from lambdas.kit.clock import from_rfc3339, to_rfc3339

MAX_LEASE = timedelta(minutes=10)


class State(enum.StrEnum):
    """What is stored. Whether a refresh runs is told by its lease, so that it never outlives that."""

    ACTIVE = "active"
    RECONNECT_REQUIRED = "reconnect_required"
    DISCONNECTED = "disconnected"
    """Kept as a marker: a bootstrap token of the environment must not bring back what a person took away."""


@dataclass(frozen=True)
class LastError:
    """Why the last attempt failed: numbers and a sentence of ours."""

    at: datetime
    meaning: str
    code: int | None = None
    subcode: int | None = None
    trace_id: str | None = None
    edge: str | None = None


@dataclass(frozen=True)
class TokenSecrets:
    """What is encrypted. `token` is for calls, `renewal` (Facebook login type: the person's long-lived token) for the next exchange."""

    token: str = field(repr=False)
    renewal: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class TokenRecord:
    """One connected account: app - tenant - Instagram account (both ids) - Page - login type - scopes, and the state of its token.

    `version` moves with every new token. `expires_at` is None for a token that has no date; times are aware UTC, to whole seconds.
    """

    tenant: str
    account_id: str
    login_type: str
    app_id: str
    issued_at: datetime
    expires_at: datetime | None
    version: int = 0
    state: State = State.ACTIVE
    source: str = "connect"
    """How it came: `connect`, `env` (the bootstrap token) or `import`."""
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
    """The attempt before the last one: no more than two are made in 24 hours."""
    lease_owner: str | None = None
    lease_until: datetime | None = None
    last_error: LastError | None = None
    notified_at: datetime | None = None
    """When somebody was told that it needs a person."""

    @property
    def name(self) -> str:
        """How people know it."""
        return f"@{self.username}" if self.username else self.account_id

    @property
    def people(self) -> tuple[str, ...]:
        """All ids by which Meta's callbacks may mean this account."""
        return tuple(
            sorted({one for one in (self.account_id, self.scoped_id, self.person_id) if one})
        )

    def leased(self, now: datetime) -> bool:
        """Whether a refresh is running."""
        return self.lease_until is not None and now < self.lease_until <= now + MAX_LEASE

    def expired(self, now: datetime) -> bool:
        """Whether the token's time is over."""
        return self.expires_at is not None and self.expires_at <= now

    @property
    def ends_at(self) -> datetime | None:
        """When the token or the data access ends, whichever is first; None if neither has a date."""
        return min(
            (moment for moment in (self.expires_at, self.data_access_expires_at) if moment),
            default=None,
        )


TIMES = (
    "issued_at",
    "expires_at",
    "data_access_expires_at",
    "connected_at",
    "refreshed_at",
    "next_refresh_at",
    "attempted_at",
    "attempted_before",
    "lease_until",
    "notified_at",
)
TEXTS = (
    "tenant",
    "account_id",
    "login_type",
    "app_id",
    "source",
    "username",
    "account_type",
    "scoped_id",
    "person_id",
    "page_id",
    "page_name",
    "lease_owner",
)


def to_row(record: TokenRecord) -> dict[str, Any]:
    """The columns of a record; what is unknown has none."""
    row: dict[str, Any] = {name: getattr(record, name) for name in TEXTS}
    row |= {name: sortable(moment) for name in TIMES if (moment := getattr(record, name))}
    row |= {
        "version": record.version,
        "state": record.state.value,
        "failures": record.failures,
        "scopes": list(record.scopes),
    }
    if record.last_error:
        row["last_error"] = error_row(record.last_error)
    return {name: value for name, value in row.items() if value is not None}


def from_row(row: Mapping[str, Any]) -> TokenRecord:
    """The record of a row."""
    known: dict[str, Any] = {name: str(row[name]) for name in TEXTS if name in row}
    known |= {name: from_rfc3339(str(row[name])) for name in TIMES if name in row}
    known.setdefault("expires_at", None)
    error = row.get("last_error")
    return TokenRecord(
        **known,
        version=int(row["version"]),
        state=State(row["state"]),
        failures=int(row.get("failures", 0)),
        scopes=tuple(row.get("scopes", ())),
        last_error=_error_of(error) if error else None,
    )


def error_row(error: LastError) -> dict[str, Any]:
    """The columns of an error."""
    numbers = {
        "code": error.code,
        "subcode": error.subcode,
        "trace_id": error.trace_id,
        "edge": error.edge,
    }
    return {"at": sortable(error.at), "meaning": error.meaning} | {
        name: value for name, value in numbers.items() if value is not None
    }


def _error_of(row: Mapping[str, Any]) -> LastError:
    known: dict[str, Any] = {name: int(row[name]) for name in ("code", "subcode") if name in row}
    known |= {name: str(row[name]) for name in ("trace_id", "edge") if name in row}
    return LastError(from_rfc3339(str(row["at"])), str(row["meaning"]), **known)


def sortable(moment: datetime) -> str:
    """To whole seconds, so that texts sort as times do."""
    return to_rfc3339(moment.replace(microsecond=0))


def joined(fresh: TokenRecord, known: TokenRecord | None) -> TokenRecord:
    """What a login gave, with the next version, and with what it did not tell from what was known before."""
    if known is None:
        return replace(fresh, version=1)
    told: tuple[str, ...] = ("username", "account_type")
    if fresh.login_type == known.login_type:
        told = (*told, "scoped_id", "person_id", "page_id", "page_name")
    kept = (
        {name: getattr(fresh, name) or getattr(known, name) for name in told}
        if known.state is not State.DISCONNECTED
        else {}
    )
    return replace(fresh, version=known.version + 1, scopes=fresh.scopes or known.scopes, **kept)
