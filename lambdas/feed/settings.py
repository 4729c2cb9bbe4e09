"""What the feed's function needs from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lambdas.instagram.settings import InstagramSettings


@dataclass(frozen=True, kw_only=True)
class FeedSettings(InstagramSettings):
    """Beside what every feature needs that talks to Instagram: where events and their pictures are."""

    table_name: str
    bucket_name: str
    bus_name: str
    time_zone: str
    date_events: bool
    feed_freshness_minutes: int
    media_hosts: tuple[str, ...]
    """Hosts, with all below them, that pictures of posts may be copied from; `*` is any."""

    @property
    def feed_freshness(self) -> timedelta:
        """How long stored posts count as fresh."""
        return timedelta(minutes=self.feed_freshness_minutes)
