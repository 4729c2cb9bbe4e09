"""The settings of a stage: the only place that knows what `local`, `dev` and `prod` are."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from stacks.validation import CHECKS, FEATURES, GLOBAL_REGION, LAMBDA_PYTHON, MEBIBYTE

# The hosts that Instagram serves media from, as seen in its answers.
INSTAGRAM_CDN = ("cdninstagram.com", "fbcdn.net")


@dataclass(frozen=True)
class StageConfig:
    """Every value in which one deployment may differ from another. Sizes are bytes, times as their names say."""

    stage: str
    account: str | None = None
    region: str = "us-east-1"
    site_name: str = "daybook"
    time_zone: str = "UTC"
    domain_name: str | None = None
    hosted_zone_id: str | None = None
    hosted_zone_name: str | None = None
    edge: bool = False
    """Whether a CDN with a firewall stands before pages, API and photos, all on the one domain."""
    price_class: str = "100"
    """Where the CDN has its edges: 100 (North America, Europe), 200 (and Asia, Africa), all."""
    public_url: str | None = None
    """Where guests find the API when it has no domain: `{api_id}` stands for its id. None: the API's own endpoint."""
    allowed_origins: tuple[str, ...] = ()
    """Origins beside the site's own from which a browser may post to the photo bucket."""
    date_events: bool = True
    """Whether every date is an event without anybody creating it."""
    login_type: str = "instagram"
    features: tuple[str, ...] = FEATURES
    """What the site consists of, beside storage, API and monitoring."""
    tenant: str = "main"
    """Under which name the site's accounts are stored."""
    extra_permissions: tuple[str, ...] = ()
    """What a login asks permission for, beyond what the deployed features need."""
    refresh_lead_days: int = 10
    refresh_spread_minutes: int = 15
    """Over how long the refreshes of one sweep are spread."""
    graph_version: str = "v25.0"
    graph_base: str | None = None
    """A server that stands in for all of Meta's hosts (their name becomes the first part of the path)."""
    feed_freshness_minutes: int = 5
    max_file_bytes: int = 40 * MEBIBYTE
    max_event_files: int = 3000
    max_event_bytes: int = 30 * 1024 * MEBIBYTE
    alarm_email: str | None = None
    architecture: str = "arm64"
    python_version: str = LAMBDA_PYTHON
    bundle_for: str = "lambda"
    """Whose platform the functions' libraries are installed for: Lambda's, or the host's own for local mode."""
    reserve_concurrency: bool = True
    """Whether functions that could take the account's concurrency from guests are limited; a new account has none to reserve."""
    operator_mfa: bool = True
    """Whether operators sign in with a second factor (an authenticator app)."""
    log_retention_days: int = 90
    removal_policy: str = "retain"

    def __post_init__(self) -> None:
        for check in CHECKS:
            check(self)

    @property
    def regions(self) -> tuple[str, ...]:
        """Where stacks are deployed: the stage's region, and the one where a CDN takes its certificate and firewall from."""
        return tuple(dict.fromkeys((self.region, GLOBAL_REGION))) if self.edge else (self.region,)

    @property
    def keeps_data(self) -> bool:
        """Whether tables and buckets survive the deletion of their stack."""
        return self.removal_policy == "retain"

    def graph_address(self, host: str) -> str:
        """The address of one of Meta's versioned hosts: its own, or below the server that stands in for them."""
        return (
            f"{self.graph_base.rstrip('/')}/{host}/{self.graph_version}"
            if self.graph_base
            else f"https://{host}/{self.graph_version}"
        )

    @property
    def media_hosts(self) -> tuple[str, ...]:
        """Hosts from which posts' pictures are copied; a server that stands in for Meta's serves pictures from where it likes."""
        return ("*",) if self.graph_base else INSTAGRAM_CDN

    @property
    def media_origins(self) -> tuple[str, ...]:
        """Origins from which pages may load posts' videos, as a content security policy writes them."""
        own = tuple(f"https://*.{host}" for host in INSTAGRAM_CDN)
        parts = urlsplit(self.graph_base or "")
        return (*own, f"{parts.scheme}://{parts.netloc}") if parts.netloc else own

    @property
    def site_origins(self) -> list[str]:
        """Origins whose pages may post to the photo bucket; any API of the region, if the site's own is known only once it is deployed."""
        own = self.public_url or (f"https://{self.domain_name}" if self.domain_name else None)
        if own is None:
            return [f"https://*.execute-api.{self.region}.amazonaws.com", *self.allowed_origins]
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
        "refresh_spread_minutes": 0,
        "log_retention_days": 1,
        "removal_policy": "destroy",
    },
    "dev": {"log_retention_days": 14, "removal_policy": "destroy"},
    "prod": {},
}
