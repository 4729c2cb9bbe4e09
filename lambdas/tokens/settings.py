"""Settings of the tokens feature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lambdas.api.cdn import HttpSettings
from lambdas.instagram.settings import InstagramSettings
from lambdas.kit.settings import PublicAddress


@dataclass(frozen=True, kw_only=True)
class TokensSettings(InstagramSettings, HttpSettings, PublicAddress):
    """Where accounts, notices and messages go.

    `public_url` is the address under which `/instagram/...` is reached, without a trailing slash.
    `capabilities` is what the site does with an account beyond showing its posts (insights,
    comments, publishing, messages): it decides which permissions a login requests.
    `account_data_features` are the features that keep data of accounts and delete it on request.
    `confirm_minutes` is the time between the first answer that says a token is dead and the second
    one that ends the connection. It is longer than the messages of one sweep are spread over, so
    that a fault of the app shows on other accounts first; with 0 the second call follows at once.
    """

    audit_table_name: str
    refresh_queue_url: str
    completion_queue_url: str
    topic_arn: str
    bus_name: str
    public_url: str
    site_name: str
    capabilities: tuple[str, ...]
    account_data_features: tuple[str, ...]
    refresh_spread_minutes: int
    ig_refresh_lead_days: int = 10
    confirm_minutes: int = 16

    @property
    def lead(self) -> timedelta:
        """Return the time before its expiry from which a token is due in any case."""
        return timedelta(days=self.ig_refresh_lead_days)

    @property
    def confirm_after(self) -> timedelta:
        """Return the time after which a second answer confirms that a token is dead."""
        return timedelta(minutes=self.confirm_minutes)

    @property
    def redirect_uri(self) -> str:
        """Return where Meta's dialog leads back to; the app's settings must contain it exactly."""
        return f"{self.public_url}/instagram/callback"
