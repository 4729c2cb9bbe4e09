"""Logging an account in, and keeping its token alive: the calls that hold secrets.

Source of every endpoint: "The two login types" in the platform's reference.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from lambdas.graph import parsing
from lambdas.graph.call import Call
from lambdas.graph.caller import Caller
from lambdas.graph.classify import Verb
from lambdas.graph.errors import Cause, RequestRefused, RetryLater
from lambdas.graph.login_type import Addresses, LoginType


@dataclass(frozen=True)
class AppCredentials:
    """The app that calls: of the Instagram login type the Instagram app's id and secret, of the Facebook login type the Meta app's."""

    id: str
    secret: str = field(repr=False)

    @property
    def token(self) -> str:
        """The token that speaks for the app itself. Source: D:/facebook-login/guides/access-tokens."""
        return f"{self.id}|{self.secret}"


@dataclass(frozen=True)
class Grant:
    """A token as an exchange gave it. `expires_in` counts from when it was received; None: it was not told (or never)."""

    token: str = field(repr=False)
    expires_in: timedelta | None
    user_id: str | None = None
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class TokenInfo:
    """What Meta says of a token. A time that is None is never (`expires_at: 0`)."""

    is_valid: bool
    app_id: str | None
    user_id: str | None
    type: str | None
    scopes: tuple[str, ...]
    expires_at: datetime | None
    data_access_expires_at: datetime | None
    issued_at: datetime | None
    granular_scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each scope the ids of the Pages and accounts that it was granted for; none: for all."""
    error_subcode: int | None = None
    """Why the token is not valid."""


class Login:
    """The login of one app in one login type. Each token or code has limits of its own: one that is throttled holds no other one up."""

    def __init__(
        self,
        login_type: LoginType,
        app: AppCredentials,
        addresses: Addresses,
        caller_for: Callable[[str, str], Caller],
    ) -> None:
        self.login_type = login_type
        self._app = app
        self._at = addresses
        self._caller_for = caller_for

    def authorize_url(
        self, redirect_uri: str, state: str, capabilities: tuple[str, ...], *, again: bool = False
    ) -> str:
        """Where to send a person to give consent. `again` asks for the password even if they are signed in.

        Raises RequestRefused for a capability that the login type lacks.
        """
        unknown = [name for name in capabilities if name not in self.login_type.scopes]
        if unknown:
            raise RequestRefused(Cause(edge="authorize"), f"this login has no {', '.join(unknown)}")
        query = {
            "client_id": self._app.id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": ",".join(self.login_type.scope_set(*capabilities)),
            "state": state,
        }
        if again:
            query |= (
                {"force_reauth": "true"}
                if self.login_type.name == "instagram"
                else {"auth_type": "reauthorize"}
            )
        path = self.login_type.authorize_path.format(version=self._at.version)
        return f"{self._at.of(self.login_type.authorize_host, path, versioned=False)}?{urlencode(query)}"

    def exchange_code(self, code: str, redirect_uri: str) -> Grant:
        """The short-lived token for a code, which is used up by that. Raises StartAgain if it was used or belongs elsewhere."""
        code = code.removesuffix("#_")
        secrets = {"client_secret": self._app.secret, "code": code}
        if self.login_type.name == "instagram":
            form = {
                "client_id": self._app.id,
                "grant_type": "authorization_code",
                "redirect_uri": redirect_uri,
                **secrets,
            }
            url = self._at.of(self.login_type.exchange_host, "oauth/access_token", versioned=False)
            call = Call("POST", url, "oauth/access_token", form=form, verb="login", shareable=False)
        else:
            url = self._at.of(self.login_type.exchange_host, "oauth/access_token")
            query = {"client_id": self._app.id, "redirect_uri": redirect_uri}
            call = Call(
                "GET", url, "oauth/access_token", query, secrets, verb="login", shareable=False
            )
        return self._grant(call, code)

    def long_lived(self, token: str) -> Grant:
        """The long-lived token for a short-lived one, tried again like a read: a person waits for it."""
        return self._exchange(token, "read")

    def _exchange(self, token: str, verb: Verb, account_id: str = "") -> Grant:
        if self.login_type.name == "instagram":
            url = self._at.of(self.login_type.data_host, "access_token", versioned=False)
            secrets = {"client_secret": self._app.secret, "access_token": token}
            query = {"grant_type": "ig_exchange_token"}
            return self._grant(
                Call("GET", url, "access_token", query, secrets, verb=verb, shareable=False),
                token,
                account_id,
            )
        url = self._at.of(self.login_type.exchange_host, "oauth/access_token")
        query = {"grant_type": "fb_exchange_token", "client_id": self._app.id}
        secrets = {"client_secret": self._app.secret, "fb_exchange_token": token}
        return self._grant(
            Call("GET", url, "oauth/access_token", query, secrets, verb=verb, shareable=False),
            token,
            account_id,
        )

    def refresh(self, token: str, account_id: str = "") -> Grant:
        """A token that lives another 60 days, for one that is at least 24 hours old and not expired.

        It is one call, whatever comes of it: who refreshes has a schedule, and tries again by that. With `account_id` it counts for that
        account's limits, and is not made while they allow none.
        """
        if self.login_type.name == "facebook":
            return self._exchange(token, "login", account_id)
        url = self._at.of(self.login_type.data_host, "refresh_access_token", versioned=False)
        query = {"grant_type": "ig_refresh_token"}
        call = Call(
            "GET",
            url,
            "refresh_access_token",
            query,
            {"access_token": token},
            verb="login",
            shareable=False,
        )
        return self._grant(call, token, account_id)

    def debug_token(self, token: str) -> TokenInfo:
        """What Meta says of a token; documented for tokens of the Facebook login type."""
        url = self._at.of("graph.facebook.com", "debug_token")
        secrets = {"input_token": token, "access_token": self._app.token}
        raw = parsing.mapping(
            parsing.mapping(
                self._caller_for(token, "").call(
                    Call("GET", url, "debug_token", {}, secrets, shareable=False)
                )
            ).get("data")
        )
        return TokenInfo(
            is_valid=raw.get("is_valid") is True,
            app_id=parsing.identifier(raw, "app_id"),
            user_id=parsing.identifier(raw, "user_id"),
            type=parsing.text(raw, "type"),
            scopes=parsing.words(raw, "scopes"),
            expires_at=_unix_time(raw, "expires_at"),
            data_access_expires_at=_unix_time(raw, "data_access_expires_at"),
            issued_at=_unix_time(raw, "issued_at"),
            granular_scopes={
                str(entry.get("scope")): parsing.words(entry, "target_ids")
                for entry in parsing.entries(raw.get("granular_scopes"))
            },
            error_subcode=parsing.number(parsing.mapping(raw.get("error")), "subcode"),
        )

    def _grant(self, call: Call, secret: str, account_id: str = "") -> Grant:
        raw = parsing.single(self._caller_for(secret, account_id).call(call))
        token = parsing.text(raw, "access_token")
        if token is None:
            raise RetryLater(Cause(200, edge=call.edge), "an answer without a token")
        user_id = parsing.identifier(raw, "user_id")
        return Grant(
            token, parsing.seconds(raw, "expires_in"), user_id, parsing.words(raw, "permissions")
        )


def _unix_time(raw: Mapping[str, Any], name: str) -> datetime | None:
    value = parsing.whole(raw, name)
    return datetime.fromtimestamp(value, UTC) if value and 0 < value < 32503680000 else None


def appsecret_proof(secret: str, token: str) -> str:
    """The proof that whoever holds the token holds the app's secret: hex HMAC-SHA256. Source: D:/graph-api/guides/secure-requests."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def code_of_redirect(query: Mapping[str, str]) -> str:
    """The code of a redirect back to us. Raises RequestRefused if the person cancelled, or if there is none, or both."""
    if "error" in query or "error_code" in query or not query.get("code"):
        raise RequestRefused(Cause(edge="redirect"), "the login was cancelled or has no code")
    return query["code"].removesuffix("#_")
