"""A call whose token has been checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from local.graph.errors import GraphError, permission_missing
from local.graph.fetch import Fetch
from local.graph.fields import Fields, requested_fields
from local.graph.parameters import Parameters
from local.graph.records import EmulatedAccount
from local.graph.request import GraphRequest
from local.graph.state import EmulatorState
from local.graph.tokens import EmulatedToken, LoginType, TokenKind

Answer = Mapping[str, object]
SCOPE_PREFIXES = {LoginType.INSTAGRAM: "instagram_business_", LoginType.FACEBOOK: "instagram_"}


@dataclass(frozen=True)
class Call:
    """An authenticated request, the account that it acts on, and what is needed to answer it."""

    request: GraphRequest
    token: EmulatedToken
    account: EmulatedAccount
    state: EmulatorState
    address: str
    """The emulator's own address, for the URLs of pictures."""
    fetch: Fetch

    @property
    def method(self) -> str:
        """Return the HTTP method."""
        return self.request.method

    @property
    def params(self) -> Parameters:
        """Return the parameters, without credentials."""
        return self.request.params

    @property
    def is_instagram_login(self) -> bool:
        """Return whether the token is one of Instagram Login."""
        return self.token.login_type is LoginType.INSTAGRAM

    def fields(self, default: str = "id") -> Fields:
        """Return the requested fields."""
        return requested_fields(self.params, default)

    def on(self, account: EmulatedAccount) -> Call:
        """Return the call with another account to act on."""
        return replace(self, account=account)

    def visible_accounts(self) -> dict[str, EmulatedAccount]:
        """Return the accounts that the token can access, by id.

        A person's token reaches the accounts linked to the Pages that they shared.
        """
        ids = {self.account.id}
        if not self.is_instagram_login and self.token.kind is not TokenKind.PAGE:
            for page_id, page in self.state.pages.items():
                if page["account"] and self.token.has_page(page_id):
                    ids.add(page["account"])
        return {account_id: self.state.accounts[account_id] for account_id in sorted(ids)}

    def require(self, capability: str) -> None:
        """Raise GraphError 10 unless the token has the login type's scope for the capability."""
        scope = SCOPE_PREFIXES[self.token.login_type] + capability
        until = self.token.data_access_until
        if scope not in self.token.scopes or (until and until <= self.state.now()):
            raise permission_missing(scope)

    def refuse_fields(self) -> None:
        """Raise GraphError if a write also requests fields."""
        if "fields" in self.params:
            raise GraphError(20, "The change was made, its fields cannot be read", 1772107)
