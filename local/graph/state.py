"""The emulator's state: apps, Pages, accounts, tokens, containers, and the emulated time."""

from __future__ import annotations

import itertools
import re
import secrets
import threading
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from local.graph.container_record import EmulatedContainer
from local.graph.data import ACCOUNT_ID, TOKEN, EmulatedMedia
from local.graph.deliveries import Deliveries
from local.graph.errors import dead_token, unreadable_token
from local.graph.metrics import METRIC_LEVELS
from local.graph.records import EmulatedAccount, Expansion, Fault
from local.graph.rising_usage import RisingUsage
from local.graph.sample import CALLBACK, CREATOR_ID, sample_accounts, sample_apps, sample_pages
from local.graph.tokens import (
    DATA_ACCESS_LIFETIME,
    FACEBOOK_SCOPES,
    INSTAGRAM_SCOPES,
    LONG_LIFETIME,
    SHORT_LIFETIME,
    AuthorizationCode,
    EmulatedToken,
    Grant,
    LoginType,
    TokenKind,
)

__all__ = ["CALLBACK", "INSTAGRAM_SCOPES", "EmulatedAccount", "EmulatorState", "Envelope"]

TOKEN_PREFIXES = {LoginType.INSTAGRAM: "IGAA", LoginType.FACEBOOK: "EAA"}


class Envelope(StrEnum):
    """How `/me` and the code exchange of Instagram Login wrap their answers."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"


class EmulatorState:
    """The emulator's state, in memory."""

    def __init__(self) -> None:
        self.offset = timedelta()
        self.fixed: datetime | None = None
        self.redirect_uris: tuple[str, ...] = (CALLBACK,)
        # Requests run in threads: two of them must not publish the same container.
        self.publishing_lock = threading.RLock()
        self.inbox_lock = threading.RLock()
        self.deliveries = Deliveries()
        self.reset()

    def reset(self) -> None:
        """Restore the initial state, except for the time and the redirect addresses."""
        self.journal: list[dict[str, object]] = []
        self.faults: list[Fault] = []
        self.throttled: dict[str, tuple[int, datetime | None]] = {}
        self.usage: dict[str, str] = {}
        self.usage_of: dict[str, dict[str, str]] = {}
        self.latency = 0.0
        self.rising: dict[str, RisingUsage] = {}
        self.expansion = Expansion.FAILS_PAGE
        # By the product type of media, or ACCOUNT.
        self.refused_metrics: dict[str, set[str]] = {name: set() for name in METRIC_LEVELS}
        self.envelope = Envelope.OBSERVED
        self.tokens: dict[str, EmulatedToken] = {}
        self.codes: dict[str, AuthorizationCode] = {}
        self.containers: dict[str, EmulatedContainer] = {}
        self.page_subscriptions: dict[str, set[str]] = {}
        self.deliveries.clear()
        self._ids = itertools.count(17_900_000_001_000_000)
        self.apps = sample_apps(self.redirect_uris)
        self.pages = sample_pages()
        self.accounts = sample_accounts()
        self._add_sample_tokens()

    def _add_sample_tokens(self) -> None:
        now, old = self.now(), self.now() - timedelta(days=2)
        without_insights = INSTAGRAM_SCOPES - {"instagram_business_manage_insights"}
        self.add_token(TOKEN, ACCOUNT_ID, "instagram", INSTAGRAM_SCOPES, old)
        self.add_token("IGAAlocalcreatortoken", CREATOR_ID, "instagram", INSTAGRAM_SCOPES, old)
        self.add_token("IGAAlocalnoinsights", ACCOUNT_ID, "instagram", without_insights, now)
        self.add_token("EAAlocalpersontoken", ACCOUNT_ID, "facebook", FACEBOOK_SCOPES, old)

    def now(self) -> datetime:
        """Return the emulated time."""
        return self.fixed or datetime.now(UTC) + self.offset

    def advance(self, by: timedelta) -> None:
        """Move the emulated time forward."""
        if self.fixed:
            self.fixed += by
        else:
            self.offset += by

    def new_id(self) -> str:
        """Return an id that is not in use."""
        return str(next(self._ids))

    def add_token(
        self,
        value: str,
        account_id: str,
        login_type: str,
        scopes: set[str],
        issued_at: datetime,
        lifetime: timedelta | None = LONG_LIFETIME,
        kind: str = TokenKind.LONG,
    ) -> EmulatedToken:
        """Store and return a token; without a lifetime it never expires."""
        login = LoginType(login_type)
        token = EmulatedToken(
            value=value,
            app_id=next(app.id for app in self.apps.values() if app.login_type is login),
            login_type=login,
            account_id=account_id,
            scopes=set(scopes),
            issued_at=issued_at,
            expires_at=issued_at + lifetime if lifetime else None,
            kind=TokenKind(kind),
        )
        if login is LoginType.FACEBOOK:
            token.data_access_until = issued_at + DATA_ACCESS_LIFETIME
        self.tokens[value] = token
        return token

    def redeem(self, grant: Grant) -> EmulatedToken:
        """Issue the short-lived token of a grant."""
        value, kind = _new_value(grant.login_type, grant.account_id), TokenKind.SHORT
        scopes, now = set(grant.scopes), self.now()
        token = self.add_token(
            value, grant.account_id, grant.login_type, scopes, now, SHORT_LIFETIME, kind
        )
        token.declined = set(grant.declined)
        token.pages = None if grant.pages is None else set(grant.pages)
        return token

    def exchange(self, token: EmulatedToken) -> EmulatedToken:
        """Issue a long-lived token with the same rights."""
        value = _new_value(token.login_type, token.account_id)
        issued = self.add_token(value, token.account_id, token.login_type, token.scopes, self.now())
        issued.declined, issued.pages = set(token.declined), token.pages
        # An exchange is not a login: the 90 days of data access continue to run.
        issued.data_access_until = token.data_access_until
        return issued

    def page_token(self, page_id: str, person: EmulatedToken) -> str:
        """Return a Page's token; it never expires if the person's token is a long-lived one."""
        value = f"EAAlocalpage{page_id}{person.value[-6:]}"
        if value not in self.tokens:
            account_id = self.pages[page_id]["account"] or person.account_id
            lifetime = SHORT_LIFETIME if person.kind is TokenKind.SHORT else None
            token = self.add_token(
                value, account_id, "facebook", person.scopes, self.now(), lifetime, TokenKind.PAGE
            )
            token.page_id, token.data_access_until = page_id, person.data_access_until
        return value

    def token(self, value: str, host: str) -> EmulatedToken:
        """Return a usable token. Raises GraphError 190 if it is not, or not on this host."""
        found = self.tokens.get(value) or self._token_of_earlier_run(value)
        if found is None:
            raise unreadable_token()
        if found.dead is not None:
            raise dead_token(found.dead)
        if found.is_expired(self.now()):
            raise dead_token(463)
        if found.login_type.data_host != host:
            raise unreadable_token()
        return found

    def _token_of_earlier_run(self, value: str) -> EmulatedToken | None:
        """Return a token that was issued before a restart, as if it had been issued now.

        Meta's tokens outlive any server. Its value names the account; what a person declined, and
        whether the token was short-lived or has been revoked, is forgotten.
        """
        for login_type, prefix in TOKEN_PREFIXES.items():
            match = re.fullmatch(rf"{prefix}of(\d+)x[0-9a-f]{{16}}", value)
            if match and match[1] in self.accounts:
                return self.add_token(value, match[1], login_type, login_type.scopes, self.now())
        page = re.fullmatch(r"EAAlocalpage(\d+)[0-9a-f]{6}", value)
        if page is None or page[1] not in self.pages:
            return None
        account_id = self.pages[page[1]]["account"]
        if account_id is None:
            return None
        kind = TokenKind.PAGE
        token = self.add_token(
            value, account_id, "facebook", FACEBOOK_SCOPES, self.now(), None, kind
        )
        token.page_id = page[1]
        return token

    def find_media(self, media_id: str) -> tuple[EmulatedAccount, EmulatedMedia] | None:
        """Return a post, story or carousel child that is visible, and its account."""
        for account in self.accounts.values():
            found = account.media.find(media_id) or account.stories.find(media_id)
            if found is not None and account.shows(found, self.now()):
                return account, found
        return None


def _new_value(login_type: LoginType, account_id: str) -> str:
    return f"{TOKEN_PREFIXES[login_type]}of{account_id}x{secrets.token_hex(8)}"
