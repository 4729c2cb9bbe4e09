"""The JSON answers of the operators' routes; the OpenAPI document is made from them too."""

from __future__ import annotations

import enum
import math
from datetime import datetime, timedelta
from typing import Self

import msgspec
from msgspec import UNSET, UnsetType

from lambdas.kit.clock import to_rfc3339
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import LastError, State, TokenRecord
from lambdas.tokens import schedule


class TokenSource(enum.StrEnum):
    """Where the token in use comes from."""

    STORED = "stored"
    ENVIRONMENT = "env"
    MISSING = "missing"


class TokenState(enum.StrEnum):
    """The state of a token as operators see it."""

    ACTIVE = "active"
    REFRESHING = "refreshing"
    RECONNECT_REQUIRED = "reconnect_required"
    MISSING = "missing"


class LastErrorJson(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """Why the last attempt failed."""

    at: str
    meaning: str
    code: int | None = None
    subcode: int | None = None
    trace_id: str | None = None
    call: str | None = None

    @classmethod
    def of(cls, error: LastError) -> Self:
        """Return the view of a stored error."""
        return cls(
            at=to_rfc3339(error.at),
            meaning=error.meaning,
            code=error.code,
            subcode=error.subcode,
            trace_id=error.trace_id,
            call=error.edge,
        )


class TokenStatusJson(msgspec.Struct, rename="camel", kw_only=True):
    """The state of a token; the fields that may be absent are those of a stored one."""

    configured: bool
    source: TokenSource
    state: TokenState
    refresh_lead_days: int
    expires_at: str | None = None
    refreshed_at: str | None = None
    days_remaining: int | None = None
    due_for_refresh: bool = False
    account: str | UnsetType = UNSET
    next_refresh_at: str | UnsetType | None = UNSET
    data_access_expires_at: str | UnsetType | None = UNSET
    last_error: LastErrorJson | UnsetType = UNSET

    @classmethod
    def of(cls, record: TokenRecord, now: datetime, lead: timedelta) -> TokenStatusJson:
        """Return the view of a stored token."""
        return TokenStatusJson(**_status(record, now, lead))  # type: ignore[arg-type]


class PageJson(msgspec.Struct, rename="camel"):
    """The Facebook Page that an account is linked to."""

    id: str
    name: str | None


class AccountJson(TokenStatusJson, rename="camel", kw_only=True):
    """A connected account, with the state of its token; never the token."""

    id: str
    username: str | None
    login_type: LoginType = msgspec.field(name="login_type")
    app: str
    page: PageJson | None
    permissions: tuple[str, ...]
    connected_at: str | None

    @classmethod
    def of(cls, record: TokenRecord, now: datetime, lead: timedelta) -> AccountJson:
        """Return the view of an account."""
        return cls(
            id=record.account_id,
            username=record.username,
            login_type=record.login_type,
            app=record.app_id,
            page=PageJson(record.page_id, record.page_name) if record.page_id else None,
            permissions=record.scopes,
            connected_at=_text(record.connected_at),
            **_status(record, now, lead),  # type: ignore[arg-type]
        )


class AccountsJson(msgspec.Struct, rename="camel"):
    """A page of accounts; `next` continues it as `after`."""

    accounts: list[AccountJson]
    next: str | None


class RefreshJson(msgspec.Struct, rename="camel"):
    """The result of a refresh; `expiresIn` is in seconds."""

    message: str
    previous_source: TokenSource
    expires_in: int | None
    expires_at: str | None
    refreshed_at: str | None

    @classmethod
    def of(cls, record: TokenRecord, previous: TokenSource, now: datetime) -> Self:
        """Return the view of a refreshed record."""
        left = record.expires_at - now if record.expires_at else None
        return cls(
            f"The token of {record.name} was refreshed.",
            previous,
            round(left.total_seconds()) if left else None,
            _text(record.expires_at),
            _text(record.refreshed_at),
        )


class DisconnectJson(msgspec.Struct, rename="camel", omit_defaults=True):
    """The result of a disconnect; `note` says what the account owner has to do."""

    message: str
    revoked: bool
    note: str | None = None


def _status(record: TokenRecord, now: datetime, lead: timedelta) -> dict[str, object]:
    days = (record.expires_at - now).total_seconds() / 86400 if record.expires_at else None
    return {
        "configured": True,
        "source": TokenSource.STORED,
        "state": _state(record, now),
        "refresh_lead_days": lead.days,
        "expires_at": _text(record.expires_at),
        "refreshed_at": _text(record.refreshed_at),
        "days_remaining": max(0, math.floor(days)) if days is not None else None,
        "due_for_refresh": schedule.is_due(record, now, lead),
        "account": record.account_id,
        "next_refresh_at": _text(record.next_refresh_at),
        "data_access_expires_at": _text(record.data_access_expires_at),
        "last_error": LastErrorJson.of(record.last_error) if record.last_error else UNSET,
    }


def _state(record: TokenRecord, now: datetime) -> TokenState:
    if record.state is not State.ACTIVE or record.expired(now):
        return TokenState.RECONNECT_REQUIRED
    return TokenState.REFRESHING if record.leased(now) else TokenState.ACTIVE


def _text(moment: datetime | None) -> str | None:
    return to_rfc3339(moment.replace(microsecond=0)) if moment else None
