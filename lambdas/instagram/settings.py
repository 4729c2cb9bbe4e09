"""Settings of every feature that calls Instagram."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.kit.login_type import LoginType
from lambdas.kit.settings import Settings

UNTIDY = " \t\r\n\"'"
HOSTS = {
    LoginType.INSTAGRAM: "graph.instagram.com",
    LoginType.FACEBOOK: "graph.facebook.com",
}


@dataclass(frozen=True, kw_only=True)
class InstagramSettings(Settings):
    """Where tokens are, which login the site uses, and the bootstrap token.

    `ig_access_token` (or its older name) is the bootstrap token, `ig_user_id` the account it
    belongs to, `login_type` its login. `budget_table_name` is the table through which all callers
    of the Graph API share what they know about its limits. `prove_app_secret` sends
    `appsecret_proof` with every call, for apps that demand it; it needs `app_secret_arn`.
    """

    tokens_table_name: str
    token_key_arn: str
    budget_table_name: str
    tenant: str
    login_type: LoginType
    instagram_graph_base: str
    facebook_graph_base: str
    ig_access_token: str = ""
    instagram_access_token: str = ""
    ig_user_id: str = ""
    app_secret_arn: str = ""
    prove_app_secret: bool = False

    @property
    def bootstrap_token(self) -> str:
        """Return the bootstrap token, or an empty text.

        Quotes and spaces around it come from files of settings, and are no part of it.
        """
        return self.ig_access_token.strip(UNTIDY) or self.instagram_access_token.strip(UNTIDY)

    def graph_address(self, login_type: LoginType) -> tuple[str | None, str]:
        """Return the server that replaces Meta's hosts (None: themselves), and the version."""
        bases = {
            LoginType.INSTAGRAM: self.instagram_graph_base,
            LoginType.FACEBOOK: self.facebook_graph_base,
        }
        host = HOSTS[LoginType(login_type)]
        address, _, version = bases[LoginType(login_type)].rstrip("/").rpartition("/")
        return (None if address == f"https://{host}" else address.removesuffix(f"/{host}")), version
