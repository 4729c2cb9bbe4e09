"""Settings of the feed's functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lambdas.instagram.settings import InstagramSettings


@dataclass(frozen=True, kw_only=True)
class FeedSettings(InstagramSettings):
    """Where events and their pictures are.

    `media_hosts` are the hosts, with their subdomains, that pictures may be copied from; `*` is
    any.
    """

    table_name: str
    bucket_name: str
    bus_name: str
    time_zone: str
    date_events: bool
    feed_freshness_minutes: int
    media_hosts: tuple[str, ...]

    @property
    def feed_freshness(self) -> timedelta:
        """Return how long stored posts count as fresh."""
        return timedelta(minutes=self.feed_freshness_minutes)
