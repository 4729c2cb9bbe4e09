"""The settings of a stage: the only place that knows what `local`, `dev` and `prod` are."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lambdas.kit.login_type import LoginType
from stacks.registry import FEATURES

MEBIBYTE = 1024 * 1024
# The newest runtime, which the security packs ask for and the layer is built for.
LAMBDA_PYTHON = "3.14"
# The region in which a CDN's certificate and firewall live, wherever the site itself is.
GLOBAL_REGION = "us-east-1"
# The hosts that Instagram serves media from, as seen in its answers.
INSTAGRAM_CDN = ("cdninstagram.com", "fbcdn.net")


@dataclass(frozen=True)
class StageConfig:
    """Every value in which deployments may differ. Sizes are bytes, times as their names say."""

    stage: str
    account: str | None = None
    region: str = "us-east-1"
    site_name: str = "daybook"
    time_zone: str = "UTC"
    domain_name: str | None = None
    hosted_zone_id: str | None = None
    hosted_zone_name: str | None = None
    cdn: bool = False
    """Whether a CDN with a firewall serves pages, API and photos, all on the one domain."""
    price_class: str = "100"
    """The CDN's locations: 100 (North America, Europe), 200 (also Asia, Africa), all."""
    public_url: str | None = None
    """Where guests find the API without a domain: `{api_id}` is its id. None: its own endpoint."""
    allowed_origins: tuple[str, ...] = ()
    """Further origins from which a browser may post to the photo bucket."""
    date_events: bool = True
    """Whether every date is an event, without an operator creating it."""
    date_uploads: str = "anyone"
    """Who may add photos to the events of dates: anyone, or none."""
    posting_consent: bool = False
    """Whether guests of a date's event are asked if the host may post their photos."""
    login_type: LoginType = LoginType.INSTAGRAM
    features: tuple[str, ...] = FEATURES
    """What the site consists of, besides storage, API and monitoring."""
    tenant: str = "main"
    """The name under which the site's accounts are stored."""
    extra_permissions: tuple[str, ...] = ()
    """What logins ask permission for, beyond what the deployed features need."""
    refresh_lead_days: int = 10
    refresh_spread_minutes: int = 15
    """Over how many minutes the refreshes of one sweep are spread."""
    confirm_minutes: int = 16
    """Minutes between the first answer that a token is dead and the second that ends it."""
    prove_app_secret: bool = False
    """Whether calls prove that they know the app secret, for apps that demand it."""
    graph_version: str = "v25.0"
    graph_base: str | None = None
    """A server that replaces all of Meta's hosts (their name is the first part of the path)."""
    cloudfront_base: str | None = None
    """A server that replaces CloudFront for objects (a distribution's name is part of the path)."""
    feed_freshness_minutes: int = 5
    default_start_date: str = "2025-08-01"
    """The first date of numbers whose range is not given, as YYYY-MM-DD."""
    max_file_bytes: int = 40 * MEBIBYTE
    max_event_files: int = 3000
    max_event_bytes: int = 30 * 1024 * MEBIBYTE
    alarm_email: str | None = None
    mail_from: str = ""
    """The sender of mails to hosts, an identity of SES in the stage's region; empty: no mails."""
    page_topic_arn: str | None = None
    """An SNS topic of the on-call system, which the alarm `severity-critical` notifies as well."""
    cdn_page_topic_arn: str | None = None
    """The same for the CDN's own alarms, which are in us-east-1, if the site is elsewhere."""
    runbook_url: str = "docs/operations.md"
    """Where responders read the runbook; the alarm's section is appended as `#section`."""
    monthly_budget_usd: int = 0
    """Above this forecast of a month's cost a mail is sent to `alarm_email`; 0: no budget."""
    architecture: str = "arm64"
    python_version: str = LAMBDA_PYTHON
    bundle_for: str = "lambda"
    """The platform of the functions' libraries: Lambda's, or the host's for local mode."""
    reserve_concurrency: bool = True
    """Whether functions that could use up the account's concurrency are limited."""
    operator_mfa: bool = True
    """Whether operators sign in with a second factor (an authenticator app)."""
    log_retention_days: int = 90
    removal_policy: str = "retain"

    @property
    def regions(self) -> tuple[str, ...]:
        """Return the regions of the stacks: the stage's own, and with a CDN the global one."""
        return tuple(dict.fromkeys((self.region, GLOBAL_REGION))) if self.cdn else (self.region,)

    @property
    def keeps_data(self) -> bool:
        """Return whether tables and buckets survive the deletion of their stack."""
        return self.removal_policy == "retain"

    def graph_address(self, host: str) -> str:
        """Return the base URL of one of Meta's versioned hosts, or of what replaces it."""
        base = f"{self.graph_base.rstrip('/')}/{host}" if self.graph_base else f"https://{host}"
        return f"{base}/{self.graph_version}"

    def object_address(self, distribution: str) -> str:
        """Return the base URL of a distribution by its domain name."""
        base = f"{self.cloudfront_base.rstrip('/')}/" if self.cloudfront_base else "https://"
        return f"{base}{distribution}"

    @property
    def media_hosts(self) -> tuple[str, ...]:
        """Return the hosts that posts' pictures are copied from; `*` with a replacement server."""
        return ("*",) if self.graph_base else INSTAGRAM_CDN

    @property
    def media_origins(self) -> tuple[str, ...]:
        """Return the origins that pages may load posts' videos from, as a CSP writes them."""
        own = tuple(f"https://*.{host}" for host in INSTAGRAM_CDN)
        parts = urlsplit(self.graph_base or "")
        return (*own, f"{parts.scheme}://{parts.netloc}") if parts.netloc else own

    @property
    def site_origins(self) -> list[str]:
        """Return the origins whose pages may post to the photo bucket.

        If the site's own is known only after the deployment, any API of the region is included.
        """
        own = self.public_url or (f"https://{self.domain_name}" if self.domain_name else None)
        if own is None:
            apis = f"https://*.execute-api.{self.region}.amazonaws.com"
            return [apis, *self.allowed_origins]
        parts = urlsplit(own)
        return [f"{parts.scheme}://{parts.netloc}", *self.allowed_origins]


STAGES: dict[str, dict[str, Any]] = {
    "local": {
        "account": "000000000000",
        "time_zone": "America/Los_Angeles",
        "architecture": "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64",
        "python_version": f"{sys.version_info.major}.{sys.version_info.minor}",
        "bundle_for": "host",
        "operator_mfa": False,
        # The sample accounts have all of them.
        "extra_permissions": ("insights", "comments", "publishing"),
        # The sample's photos are in a date's event: it shows what asking looks like.
        "posting_consent": True,
        "mail_from": "daybook@example.com",
        "refresh_spread_minutes": 0,
        "confirm_minutes": 0,
        "log_retention_days": 1,
        "removal_policy": "destroy",
    },
    "dev": {"log_retention_days": 14, "removal_policy": "destroy"},
    "prod": {},
}
