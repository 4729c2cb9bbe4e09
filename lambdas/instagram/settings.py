"""Settings of every feature that calls Instagram."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.kit.settings import Settings

HOSTS = {"instagram": "graph.instagram.com", "facebook": "graph.facebook.com"}


@dataclass(frozen=True, kw_only=True)
class InstagramSettings(Settings):
    """Where tokens are, which login the site uses, and the bootstrap token.

    `ig_access_token` (or its older name) is the bootstrap token, `ig_user_id` the account it
    belongs to, `login_type` its login. `budget_table_name` is the table through which all callers
    of the Graph API share what they know of its limits.
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
        """Return the bootstrap token, or an empty text."""
        return self.ig_access_token or self.instagram_access_token

    def graph_address(self, login_type: str) -> tuple[str | None, str]:
        """Return the server that replaces Meta's hosts (None: themselves), and the version."""
        facebook = login_type == "facebook"
        base = self.facebook_graph_base if facebook else self.instagram_graph_base
        host = HOSTS[login_type]
        address, _, version = base.rstrip("/").rpartition("/")
        return (None if address == f"https://{host}" else address.removesuffix(f"/{host}")), version
