"""What every feature needs that talks to Instagram."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.kit.settings import Settings

HOSTS = {"instagram": "graph.instagram.com", "facebook": "graph.facebook.com"}


@dataclass(frozen=True, kw_only=True)
class InstagramSettings(Settings):
    """`ig_access_token` (or its older name) is the bootstrap token, `ig_user_id` the account it belongs to, `login_type` its login.

    `budget_table_name` is where the callers of the Graph API share what they know of their limits.
    """

    tokens_table_name: str
    token_key_arn: str
    budget_table_name: str
    tenant: str
    login_type: str
    instagram_graph_base: str
    facebook_graph_base: str
    ig_access_token: str = ""
    instagram_access_token: str = ""
    ig_user_id: str = ""

    @property
    def bootstrap_token(self) -> str:
        """The bootstrap token, or an empty text."""
        return self.ig_access_token or self.instagram_access_token

    def graph_address(self, login_type: str) -> tuple[str | None, str]:
        """The server that stands in for Meta's hosts (None: themselves), and the version, as the login type's base says."""
        base, host = (
            (self.facebook_graph_base if login_type == "facebook" else self.instagram_graph_base),
            HOSTS[login_type],
        )
        address, _, version = base.rstrip("/").rpartition("/")
        return (None if address == f"https://{host}" else address.removesuffix(f"/{host}")), version
