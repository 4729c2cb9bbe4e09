"""Access tokens, their scopes and lifetimes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

LONG_LIFETIME = timedelta(seconds=5_183_944)
SHORT_LIFETIME = timedelta(hours=1)
MIN_REFRESH_AGE = timedelta(hours=24)
DATA_ACCESS_LIFETIME = timedelta(days=90)

INSTAGRAM_SCOPES = {
    "instagram_business_basic",
    "instagram_business_content_publish",
    "instagram_business_manage_comments",
    "instagram_business_manage_messages",
    "instagram_business_manage_insights",
}
FACEBOOK_SCOPES = {
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_contents",
    "instagram_manage_insights",
    "instagram_manage_messages",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
    "business_management",
}


class LoginType(StrEnum):
    """The two ways to log in; each has its own app, hosts and scopes."""

    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"

    @property
    def scopes(self) -> set[str]:
        """Return the scopes that an app of this login type may request."""
        return INSTAGRAM_SCOPES if self is LoginType.INSTAGRAM else FACEBOOK_SCOPES

    @property
    def data_host(self) -> str:
        """Return the host that accepts tokens of this login type."""
        return f"graph.{self.value}.com"


class TokenKind(StrEnum):
    """How a token was issued."""

    SHORT = "short"
    LONG = "long"
    PAGE = "page"


@dataclass(frozen=True)
class Grant:
    """What a person granted to an app in the consent dialog."""

    app_id: str
    login_type: LoginType
    account_id: str
    scopes: frozenset[str]
    declined: frozenset[str] = frozenset()
    pages: frozenset[str] | None = None
    """The selected Pages; None for all of them."""


@dataclass(frozen=True)
class AuthorizationCode:
    """A code that is exchanged once for a short-lived token."""

    grant: Grant
    redirect_uri: str
    expires_at: datetime


@dataclass
class EmulatedToken:
    """An access token. Facebook Login: the token of a person, or of a Page."""

    value: str
    app_id: str
    login_type: LoginType
    account_id: str
    scopes: set[str]
    issued_at: datetime
    expires_at: datetime | None
    kind: TokenKind = TokenKind.LONG
    dead: int | None = None
    """The subcode of the reason why the token no longer works."""
    declined: set[str] = field(default_factory=set)
    pages: set[str] | None = None
    """The Pages that were selected in the consent dialog; None for all of them."""
    page_id: str | None = None
    """The Page of a Page token."""
    data_access_until: datetime | None = None

    def is_expired(self, now: datetime) -> bool:
        """Return whether the lifetime has passed."""
        return self.expires_at is not None and self.expires_at <= now

    def has_page(self, page_id: str) -> bool:
        """Return whether the person shared the Page."""
        return self.pages is None or page_id in self.pages
