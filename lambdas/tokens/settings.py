"""What the tokens' functions need from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lambdas.instagram.settings import InstagramSettings
from lambdas.kit.settings import PublicAddress


@dataclass(frozen=True, kw_only=True)
class TokensSettings(InstagramSettings, PublicAddress):
    """`public_url` is the address under which `/instagram/...` is found, without a slash at its end."""

    audit_table_name: str
    app_secret_arn: str
    refresh_queue_url: str
    topic_arn: str
    bus_name: str
    public_url: str
    site_name: str
    capabilities: tuple[str, ...]
    """What the site does with an account, beyond showing its posts; decides which permissions are asked for."""
    refresh_spread_minutes: int
    ig_refresh_lead_days: int = 10

    @property
    def lead(self) -> timedelta:
        """With less time left than this, a token is due in any case."""
        return timedelta(days=self.ig_refresh_lead_days)

    @property
    def redirect_uri(self) -> str:
        """Where Meta sends people back to; it must be registered with the app, letter by letter."""
        return f"{self.public_url}/instagram/callback"
