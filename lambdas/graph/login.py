"""Logging an account in and keeping its token alive: the calls that hold secrets.

Source: "The two login types" in the platform's reference.
"""

from __future__ import annotations

from collections.abc import Mapping

from lambdas.graph.app_credentials import AppCredentials as AppCredentials
from lambdas.graph.app_credentials import appsecret_proof as appsecret_proof
from lambdas.graph.errors import Cause, RequestRefused
from lambdas.graph.grant import Grant as Grant
from lambdas.graph.grant import TokenInfo as TokenInfo
from lambdas.graph.platform import Authorization, Platform
from lambdas.graph.platform_client import PlatformClient

# What Instagram appends to the redirect; it is not part of the code.
CODE_SUFFIX = "#_"


class Login:
    """The login of one app.

    Each token or code has limits of its own: a throttled one delays no other.
    """

    def __init__(self, platform: Platform, client: PlatformClient) -> None:
        self._platform = platform
        self._client = client

    def authorize_url(
        self, redirect_uri: str, state: str, capabilities: tuple[str, ...], *, again: bool = False
    ) -> str:
        """Return the address of the login dialog; `again` asks for the password in any case.

        Raises RequestRefused for a capability that the platform lacks.
        """
        visit = Authorization(redirect_uri, state, capabilities, again)
        return self._platform.authorize_url(self._client.app, self._client.addresses, visit)

    def exchange_code(self, code: str, redirect_uri: str) -> Grant:
        """Return the short-lived token for a code, which is used up by it.

        Raises StartAgain if it was used before or belongs to another address.
        """
        code = code.removesuffix(CODE_SUFFIX)
        app, addresses = self._client.app, self._client.addresses
        call = self._platform.code_exchange(app, addresses, code, redirect_uri)
        return self._client.exchange(call, code)

    def long_lived(self, token: str) -> Grant:
        """Return the long-lived token for a short-lived one; retried, since a person waits."""
        app, addresses = self._client.app, self._client.addresses
        return self._client.exchange(
            self._platform.long_lived_exchange(app, addresses, token), token
        )

    def refresh(self, token: str, account_id: str = "") -> Grant:
        """Return a token with another 60 days, in a single call.

        The token must be at least 24 hours old and not expired. With `account_id` the call counts
        against that account's limits, and is not made while they allow none.
        """
        app, addresses = self._client.app, self._client.addresses
        call = self._platform.refresh(app, addresses, token)
        return self._client.exchange(call, token, account_id)

    def debug_token(self, token: str) -> TokenInfo:
        """Return what Meta says of a token; documented for tokens of the Facebook login."""
        return self._client.debug_token(token)


def code_of_redirect(query: Mapping[str, str]) -> str:
    """Return the code of a redirect. Raises RequestRefused if the person cancelled the login."""
    if "error" in query or "error_code" in query or not query.get("code"):
        raise RequestRefused(Cause(edge="redirect"), "the login was cancelled or gave no code")
    return query["code"].removesuffix(CODE_SUFFIX)
