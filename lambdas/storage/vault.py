"""The vault of access tokens: rooms ask it for a usable one and never see where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class UsableToken:
    """A token to call with, and the professional account it speaks for (empty: the account of the token itself)."""

    account_id: str
    token: str = field(repr=False)


class TokenVault:
    """Access tokens by account. So far the only source is the bootstrap token of the environment."""

    def __init__(self, bootstrap_account: str, bootstrap_token: str) -> None:
        self._bootstrap = UsableToken(bootstrap_account, bootstrap_token) if bootstrap_token else None

    def usable_token(self) -> UsableToken | None:
        """The token of the site's account, or None if no account is connected."""
        return self._bootstrap
