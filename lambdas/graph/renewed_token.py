"""The renewal of a token: what it needs, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class TokenToRenew:
    """A stored token. `renewal_token` is the one to renew with, where that is another one."""

    account_id: str
    token: str = field(repr=False)
    renewal_token: str | None = field(default=None, repr=False)
    page_id: str | None = None


@dataclass(frozen=True)
class RenewedToken:
    """The tokens to store now.

    `expires_in` is None if Meta gave no end. Empty `scopes` and a `data_access_expires_at` of None
    mean that Meta did not say: keep what is stored.
    """

    token: str = field(repr=False)
    renewal_token: str | None = field(default=None, repr=False)
    expires_in: timedelta | None = None
    scopes: tuple[str, ...] = ()
    data_access_expires_at: datetime | None = None
