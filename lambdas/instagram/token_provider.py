"""A usable token for every feature, whatever its source.

Readers never see storage: they get a token, an error that names what is wrong, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from lambdas.instagram.account_rows import AccountRows
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ReauthRequired
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_cipher import TOKEN, TokenCipher
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.storage.rows import Row, from_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# How long a token is used before looking for a newer one; the older one stays valid meanwhile.
CACHE_TTL = timedelta(seconds=30)


@dataclass(frozen=True)
class UsableToken:
    """A token, and the professional account it is for (`me`: the one the token belongs to).

    `connected_at` is when the account was connected; None for the environment's token.
    """

    account_id: str
    login_type: LoginType
    app_id: str
    token: str = field(repr=False)
    connected_at: datetime | None = None


@dataclass(frozen=True)
class Bootstrap:
    """The environment's token, used only while no record of its account is stored."""

    token: str = field(repr=False)
    account_id: str
    login_type: LoginType


@dataclass(frozen=True)
class TokenSources:
    """Where tokens come from: the tenant's records, else the environment's token.

    `site_account` is the account of `IG_USER_ID`, or empty.
    """

    tenant: str
    bootstrap: Bootstrap | None = None
    site_account: str = ""


@dataclass(frozen=True)
class _Cached:
    usable: UsableToken
    version: int
    read_at: datetime


@dataclass(frozen=True, kw_only=True)
class TokenProvider:
    """Access tokens by account. A storage error is an error, never a missing record.

    `count` counts an occurrence under a metric's name.
    """

    table: Table
    cipher: TokenCipher
    sources: TokenSources
    clock: Clock
    logger: Logger
    count: Callable[[str], None]
    _cache: dict[str, _Cached] = field(default_factory=dict, init=False, repr=False)

    def usable_token(self, account_id: str | None = None) -> UsableToken | None:
        """Return the account's usable token; without an id, that of the site's own account.

        The site's own account is that of `IG_USER_ID` while it is connected, else the one
        connected first: a site that names a disconnected account shows another one. Returns None
        if nothing is connected. Raises ReauthRequired for an account that must be connected again,
        and the SDK's errors if the storage cannot be read or the token not be decrypted.
        """
        name, now = account_id or "", self.clock.now()
        cached = self._cache.get(name)
        if cached and timedelta() <= now - cached.read_at < CACHE_TTL:
            return cached.usable
        row = self._rows.of(account_id) if account_id else self._site_row()
        if row is None:
            return self._from_bootstrap(account_id)
        record = from_row(TokenRecord, row)
        if record.state is State.DISCONNECTED:
            return None
        if record.state is State.RECONNECT_REQUIRED or record.expired(now):
            self._cache.pop(name, None)
            raise ReauthRequired(
                f"The Instagram account {record.name} must be connected again.",
                code="reconnect_required",
            )
        usable = self._usable(record, row, cached)
        self._cache[name] = _Cached(usable, record.version, now)
        return usable

    def _usable(self, record: TokenRecord, row: Row, cached: _Cached | None) -> UsableToken:
        if (
            cached
            and cached.version == record.version
            and cached.usable.account_id == record.account_id
        ):
            return cached.usable
        token = self.cipher.decrypted(record, TOKEN, bytes(row[TOKEN]))
        return UsableToken(
            record.account_id, record.login_type, record.app_id, token, record.connected_at
        )

    @property
    def _rows(self) -> AccountRows:
        return AccountRows(self.table, self.sources.tenant)

    def _site_row(self) -> Row | None:
        """Return the row of the site's own account.

        If no account is connected, return a marker that one was: it keeps the bootstrap token from
        being used.
        """
        site_account = self.sources.site_account
        found = self._rows.site(site_account)
        if found.connected and site_account and found.connected is not found.own:
            self._warn(site_account, str(found.connected["account_id"]))
        marker = found.rows[0] if found.rows and not site_account else None
        return found.connected or found.own or marker

    def _warn(self, named: str, used: str) -> None:
        """Report that the site shows another account than the one it is configured for."""
        extra = {"account": named, "used": used}
        self.logger.warning("IG_USER_ID names an account that is not connected", extra=extra)
        self.count("SiteAccountDisconnected")

    def _from_bootstrap(self, account_id: str | None) -> UsableToken | None:
        known = self.sources.bootstrap
        if known is None:
            return None
        if account_id and known.account_id and account_id != known.account_id:
            return None
        owner = known.account_id or account_id or "me"
        return UsableToken(owner, known.login_type, "", known.token)
