"""The interface of a login type: its hosts, permissions and fields, and what it does its own way.

Source: "The two login types" in the platform's reference.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from lambdas.graph.addresses import Addresses
from lambdas.graph.app_credentials import AppCredentials
from lambdas.graph.call import Call
from lambdas.graph.capability import Capability, PlatformFeature
from lambdas.graph.decoding import JsonObject
from lambdas.graph.errors import Cause, ErrorReason, RequestRefused
from lambdas.graph.found_account import AccountSearch, FoundAccounts
from lambdas.graph.grant import TokenInfo
from lambdas.graph.platform_client import PlatformClient
from lambdas.graph.profile import Profile
from lambdas.graph.renewed_token import RenewedToken, TokenToRenew
from lambdas.kit.login_type import LoginType as LoginType

CHILDREN = "children{id,media_type,media_url,thumbnail_url}"
MEDIA_FIELDS = (
    "id",
    "caption",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "shortcode",
    "timestamp",
    "username",
    "like_count",
    "comments_count",
    "is_comment_enabled",
    "alt_text",
    CHILDREN,
)


@dataclass(frozen=True)
class Authorization:
    """A visit to the login dialog. `again` asks for the password even of a signed-in person."""

    redirect_uri: str
    state: str
    capabilities: tuple[str, ...] = ()
    again: bool = False


class Platform(ABC):
    """A login type. It holds no state: `platform_of` gives the one instance of each."""

    login_type: ClassVar[LoginType]
    label: ClassVar[str]
    token_prefix: ClassVar[str]
    """Its name for people, such as "Instagram login"."""
    data_host: ClassVar[str]
    base_scopes: ClassVar[Mapping[Capability, str]]
    """The permissions that every login requests."""
    required_capabilities: ClassVar[tuple[Capability, ...]]
    """Those of the base without which nothing works."""
    scopes: ClassVar[Mapping[Capability, str]]
    """The permissions that depend on what the site does with the account."""
    profile_fields: ClassVar[tuple[str, ...]]
    media_fields: ClassVar[tuple[str, ...]] = MEDIA_FIELDS
    features: ClassVar[frozenset[PlatformFeature]]
    manual_revocation: ClassVar[str]
    """Where the account owner removes the app's permissions by hand."""
    needs_page: ClassVar[bool]
    """Whether an account is reached through a Facebook Page, by a token of a person."""

    @property
    def name(self) -> str:
        """The stored value of the login type."""
        return self.login_type.value

    @property
    def required_scopes(self) -> tuple[str, ...]:
        """The permissions without which nothing works."""
        return tuple(self.base_scopes[capability] for capability in self.required_capabilities)

    @property
    def always_asked(self) -> tuple[str, ...]:
        """The permissions that every login requests, the required ones first."""
        return tuple(self.base_scopes.values())

    def scope_set(self, *capabilities: str) -> tuple[str, ...]:
        """Return the permissions to request. Raises KeyError for a capability it lacks."""
        return (*self.always_asked, *(self.scopes[Capability(name)] for name in capabilities))

    def permission_of(self, capability: Capability) -> str | None:
        """Return the permission behind a capability; None if there is none."""
        return self.base_scopes.get(capability) or self.scopes.get(capability)

    def offers(self, feature: PlatformFeature) -> bool:
        """Return whether the platform has a feature."""
        return feature in self.features

    def require(self, feature: PlatformFeature, edge: str) -> None:
        """Raise RequestRefused, before any call is made, unless the platform has the feature."""
        if not self.offers(feature):
            refusal = RequestRefused(
                Cause(edge=edge), f"the {self.label} does not offer {feature.value}"
            )
            refusal.reason = ErrorReason.NOT_OFFERED
            raise refusal

    def authorize_url(self, app: AppCredentials, addresses: Addresses, visit: Authorization) -> str:
        """Return the address of the login dialog.

        Raises RequestRefused for a capability that the platform lacks.
        """
        lacking = [name for name in visit.capabilities if name not in self.scopes]
        if lacking:
            raise RequestRefused(
                Cause(edge="authorize"), f"the {self.label} has no {', '.join(lacking)}"
            )
        query = {
            "client_id": app.id,
            "redirect_uri": visit.redirect_uri,
            "response_type": "code",
            "scope": ",".join(self.scope_set(*visit.capabilities)),
            "state": visit.state,
            **(self._reauthentication if visit.again else {}),
        }
        return f"{self._dialog(addresses)}?{urlencode(query)}"

    _reauthentication: ClassVar[Mapping[str, str]]

    @abstractmethod
    def _dialog(self, addresses: Addresses) -> str:
        """Return the dialog's address without a query."""

    @abstractmethod
    def code_exchange(
        self, app: AppCredentials, addresses: Addresses, code: str, redirect_uri: str
    ) -> Call:
        """Return the call that exchanges a login code, which is used up by it."""

    @abstractmethod
    def long_lived_exchange(self, app: AppCredentials, addresses: Addresses, token: str) -> Call:
        """Return the call that exchanges a short-lived token for a long-lived one."""

    @abstractmethod
    def refresh(self, app: AppCredentials, addresses: Addresses, token: str) -> Call:
        """Return the call that gives a token with another 60 days."""

    @abstractmethod
    def parse_profile(self, raw: JsonObject) -> Profile:
        """Return the profile of a decoded answer."""

    @abstractmethod
    def profile_of_token(self, client: PlatformClient, token: str) -> Profile | None:
        """Return the account that a token belongs to; None if tokens belong to a person."""

    @abstractmethod
    def inspect(self, client: PlatformClient, token: str) -> TokenInfo | None:
        """Return what Meta says of a token; None if the platform documents no way to ask."""

    @abstractmethod
    def revoke(self, client: PlatformClient, token: str) -> bool:
        """Revoke all permissions, which ends the token; return False if only its owner can."""

    @abstractmethod
    def find_accounts(self, client: PlatformClient, search: AccountSearch) -> FoundAccounts:
        """Return the accounts that a token gives access to.

        Raises NoUsableAccount if there is none, and errors of the Graph client.
        """

    @abstractmethod
    def renew(self, client: PlatformClient, stored: TokenToRenew) -> RenewedToken:
        """Return tokens that live on. On any Graph error the old ones are as good as before."""
