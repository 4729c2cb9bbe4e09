"""What the feed's function needs from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lambdas.kit.settings import Settings

INSTAGRAM_HOST = "graph.instagram.com"
FACEBOOK_HOST = "graph.facebook.com"


@dataclass(frozen=True)
class FeedSettings(Settings):
    """`ig_access_token` (or its older name) is the bootstrap token, `ig_user_id` the account it belongs to."""

    table_name: str
    bucket_name: str
    time_zone: str
    date_events: bool
    feed_freshness_minutes: int
    login_flavour: str
    media_hosts: tuple[str, ...]
    """Hosts, with all below them, that pictures of posts may be copied from; `*` is any."""
    instagram_graph_base: str
    facebook_graph_base: str
    ig_access_token: str = ""
    instagram_access_token: str = ""
    ig_user_id: str = ""

    @property
    def graph_address(self) -> tuple[str | None, str]:
        """The server that stands in for Meta's hosts (None: themselves), and the version, as the flavour's base says."""
        flavour_base = self.facebook_graph_base if self.login_flavour == "facebook" else self.instagram_graph_base
        host = FACEBOOK_HOST if self.login_flavour == "facebook" else INSTAGRAM_HOST
        address, _, version = flavour_base.rstrip("/").rpartition("/")
        return (None if address == f"https://{host}" else address.removesuffix(f"/{host}")), version

    @property
    def bootstrap_token(self) -> str:
        """The bootstrap token, or an empty text."""
        return self.ig_access_token or self.instagram_access_token

    @property
    def feed_freshness(self) -> timedelta:
        """How long stored posts count as fresh."""
        return timedelta(minutes=self.feed_freshness_minutes)
