"""The Facebook login: a person logs in and shares Pages, to which the accounts are linked.

Source: D:/IP/instagram-api-with-facebook-login/get-started;
D:/facebook-login/guides/access-tokens/get-long-lived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lambdas.graph import parsing
from lambdas.graph.addresses import GRAPH_FACEBOOK, WWW_FACEBOOK, Addresses
from lambdas.graph.app_credentials import AppCredentials
from lambdas.graph.call import Call
from lambdas.graph.capability import Capability, PlatformFeature
from lambdas.graph.decoding import JsonObject
from lambdas.graph.edges import edge_context
from lambdas.graph.facebook_accounts import FacebookAccounts
from lambdas.graph.facebook_renewal import FacebookRenewal
from lambdas.graph.found_account import AccountSearch, FoundAccounts
from lambdas.graph.grant import TokenInfo
from lambdas.graph.pages import Pages
from lambdas.graph.platform import LoginType, Platform
from lambdas.graph.platform_client import PlatformClient
from lambdas.graph.profile import PROFILE_FIELDS, Profile, profile_of
from lambdas.graph.renewed_token import RenewedToken, TokenToRenew
from lambdas.graph.verb import Verb

EXCHANGE = "oauth/access_token"


class FacebookPlatform(Platform):
    """The login of a person; the account's token is that of its Page, which has no expiry date."""

    login_type = LoginType.FACEBOOK
    label = "Facebook login"
    token_prefix = "EAA"  # noqa: S105
    data_host = GRAPH_FACEBOOK
    base_scopes = {  # noqa: RUF012
        Capability.BASIC: "instagram_basic",
        Capability.PAGES: "pages_show_list",
        Capability.PAGE_DETAILS: "pages_read_engagement",
        Capability.BUSINESSES: "business_management",
    }
    required_capabilities = (Capability.BASIC, Capability.PAGES)
    scopes = {  # noqa: RUF012
        Capability.PUBLISHING: "instagram_content_publish",
        Capability.CONTENTS: "instagram_manage_contents",
        Capability.COMMENTS: "instagram_manage_comments",
        Capability.MESSAGES: "instagram_manage_messages",
        Capability.INSIGHTS: "instagram_manage_insights",
        Capability.WEBHOOKS: "pages_manage_metadata",
    }
    profile_fields = PROFILE_FIELDS
    features = frozenset(PlatformFeature)
    manual_revocation = "Facebook's settings, Business integrations"
    needs_page = True
    _reauthentication = {"auth_type": "reauthorize"}  # noqa: RUF012

    def _dialog(self, addresses: Addresses) -> str:
        return addresses.of(WWW_FACEBOOK, "dialog/oauth")

    def code_exchange(
        self, app: AppCredentials, addresses: Addresses, code: str, redirect_uri: str
    ) -> Call:
        """Return the call that exchanges a login code, which is used up by it."""
        query = {"client_id": app.id, "redirect_uri": redirect_uri}
        secrets = {"client_secret": app.secret, "code": code}
        return replace(self._exchange(addresses, query, secrets), retried=False)

    def long_lived_exchange(self, app: AppCredentials, addresses: Addresses, token: str) -> Call:
        """Return the call that exchanges a valid token for one of 60 days."""
        query = {"grant_type": "fb_exchange_token", "client_id": app.id}
        secrets = {"client_secret": app.secret, "fb_exchange_token": token}
        return self._exchange(addresses, query, secrets)

    def refresh(self, app: AppCredentials, addresses: Addresses, token: str) -> Call:
        """Return the same exchange, made once: there is no refresh, and a schedule repeats it."""
        return replace(self.long_lived_exchange(app, addresses, token), retried=False)

    def _exchange(
        self, addresses: Addresses, query: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Call:
        url = addresses.of(self.data_host, EXCHANGE)
        return Call("GET", url, EXCHANGE, query, secrets, verb=Verb.LOGIN)

    def parse_profile(self, raw: JsonObject) -> Profile:
        """Return the profile of a decoded answer: `id` is the professional account's."""
        return profile_of(raw, parsing.identifier(raw), None)

    def profile_of_token(self, client: PlatformClient, token: str) -> Profile | None:  # noqa: ARG002
        """Return None: the token belongs to a person."""
        return None

    def inspect(self, client: PlatformClient, token: str) -> TokenInfo | None:
        """Return what Meta says of a token."""
        return client.debug_token(token)

    def revoke(self, client: PlatformClient, token: str) -> bool:
        """Revoke all permissions of the person, which ends the tokens of all their Pages."""
        Pages(edge_context(self, client, "me", token)).revoke()
        return True

    def find_accounts(self, client: PlatformClient, search: AccountSearch) -> FoundAccounts:
        """Return the accounts behind the Pages that the person shared."""
        return FacebookAccounts(self, client, search).find()

    def renew(self, client: PlatformClient, stored: TokenToRenew) -> RenewedToken:
        """Exchange the person's token, and read the Page's token with it."""
        return FacebookRenewal(self, client, stored).renew()
