"""The Instagram login: a professional account logs in itself, without a Facebook Page.

Source: D:/IP/instagram-api-with-instagram-login/business-login; D:/IP/reference/access_token and
/refresh_access_token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lambdas.graph import parsing
from lambdas.graph.addresses import API_INSTAGRAM, GRAPH_INSTAGRAM, WWW_INSTAGRAM, Addresses
from lambdas.graph.app_credentials import AppCredentials
from lambdas.graph.call import Call
from lambdas.graph.capability import Capability
from lambdas.graph.decoding import JsonObject
from lambdas.graph.edges import edge_context
from lambdas.graph.errors import Cause, RetryLater
from lambdas.graph.found_account import (
    AccountSearch,
    ConnectProblem,
    FoundAccount,
    FoundAccounts,
    NoUsableAccount,
)
from lambdas.graph.grant import TokenInfo
from lambdas.graph.library import Library
from lambdas.graph.platform import LoginType, Platform
from lambdas.graph.platform_client import PlatformClient
from lambdas.graph.profile import PROFILE_FIELDS, Profile, profile_of
from lambdas.graph.renewed_token import RenewedToken, TokenToRenew
from lambdas.graph.verb import Verb


class InstagramPlatform(Platform):
    """The login of the account itself; its token is refreshed, and has no inspection."""

    login_type = LoginType.INSTAGRAM
    label = "Instagram login"
    token_prefix = "IG"  # noqa: S105
    data_host = GRAPH_INSTAGRAM
    base_scopes = {Capability.BASIC: "instagram_business_basic"}  # noqa: RUF012
    required_capabilities = (Capability.BASIC,)
    scopes = {  # noqa: RUF012
        Capability.PUBLISHING: "instagram_business_content_publish",
        Capability.COMMENTS: "instagram_business_manage_comments",
        Capability.MESSAGES: "instagram_business_manage_messages",
        Capability.INSIGHTS: "instagram_business_manage_insights",
    }
    profile_fields = (*PROFILE_FIELDS, "user_id", "account_type")
    features = frozenset()
    manual_revocation = "the Instagram app, Website permissions"
    needs_page = False
    _reauthentication = {"force_reauth": "true"}  # noqa: RUF012

    def _dialog(self, addresses: Addresses) -> str:
        return addresses.of(WWW_INSTAGRAM, "oauth/authorize", versioned=False)

    def code_exchange(
        self, app: AppCredentials, addresses: Addresses, code: str, redirect_uri: str
    ) -> Call:
        """Return the call that exchanges a login code, which is used up by it."""
        form = {
            "client_id": app.id,
            "client_secret": app.secret,
            "grant_type": "authorization_code",
            "redirect_uri": redirect_uri,
            "code": code,
        }
        url = addresses.of(API_INSTAGRAM, "oauth/access_token", versioned=False)
        return Call("POST", url, "oauth/access_token", form=form, verb=Verb.LOGIN, retried=False)

    def long_lived_exchange(self, app: AppCredentials, addresses: Addresses, token: str) -> Call:
        """Return the call that exchanges a short-lived token for one of 60 days."""
        secrets = {"client_secret": app.secret, "access_token": token}
        return self._exchange(addresses, "access_token", "ig_exchange_token", secrets)

    def refresh(self, app: AppCredentials, addresses: Addresses, token: str) -> Call:  # noqa: ARG002
        """Return the call that refreshes a token of at least 24 hours that has not expired.

        It is made once: the schedule of refreshes repeats it.
        """
        secrets = {"access_token": token}
        call = self._exchange(addresses, "refresh_access_token", "ig_refresh_token", secrets)
        return replace(call, retried=False)

    def _exchange(
        self, addresses: Addresses, path: str, grant_type: str, secrets: Mapping[str, str]
    ) -> Call:
        url = addresses.of(self.data_host, path, versioned=False)
        query = {"grant_type": grant_type}
        return Call("GET", url, path, query, secrets, verb=Verb.LOGIN)

    def parse_profile(self, raw: JsonObject) -> Profile:
        """Return the profile of a decoded answer: here `id` is known to this app alone."""
        return profile_of(raw, parsing.identifier(raw, "user_id"), parsing.identifier(raw))

    def profile_of_token(self, client: PlatformClient, token: str) -> Profile | None:
        """Return the account that a token belongs to."""
        return Library(edge_context(self, client, "me", token)).profile()

    def inspect(self, client: PlatformClient, token: str) -> TokenInfo | None:  # noqa: ARG002
        """Return None: whether Meta inspects these tokens is not documented."""
        return None

    def revoke(self, client: PlatformClient, token: str) -> bool:  # noqa: ARG002
        """Return False: no call for it is documented."""
        return False

    def find_accounts(self, client: PlatformClient, search: AccountSearch) -> FoundAccounts:
        """Return the account that the token belongs to, with a long-lived token.

        A token that is not short-lived is refreshed: only that says how long it lives.
        """
        request = self.long_lived_exchange if search.is_short else self.refresh
        call = request(client.app, client.addresses, search.token)
        grant = client.exchange(call, search.token, latest_end=search.latest_end)
        scopes = search.permissions or grant.permissions
        missing = tuple(scope for scope in self.required_scopes if scopes and scope not in scopes)
        if missing:
            raise NoUsableAccount(ConnectProblem.BASIC_PERMISSION_MISSING, missing_scopes=missing)
        context = edge_context(self, client, "me", grant.token, search.latest_end)
        profile = Library(context).profile()
        if profile.is_professional is False:
            raise NoUsableAccount(ConnectProblem.PERSONAL_ACCOUNT)
        if profile.user_id is None or grant.expires_in is None:
            raise RetryLater(Cause(200, edge=call.edge), "the answer is incomplete")
        account = FoundAccount(
            account_id=profile.user_id,
            token=grant.token,
            expires_in=grant.expires_in,
            scopes=scopes,
            username=profile.username,
            account_type=profile.account_type,
            scoped_id=profile.scoped_id,
        )
        return FoundAccounts((account,))

    def renew(self, client: PlatformClient, stored: TokenToRenew) -> RenewedToken:
        """Refresh the token."""
        call = self.refresh(client.app, client.addresses, stored.token)
        grant = client.exchange(call, stored.token, stored.account_id)
        if grant.expires_in is None:
            raise RetryLater(Cause(200, edge=call.edge), "the answer does not say when it expires")
        return RenewedToken(grant.token, expires_in=grant.expires_in, scopes=grant.permissions)
