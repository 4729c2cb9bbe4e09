"""What the guests' functions need from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lambdas.kit.settings import PublicAddress, Settings

# How often the queue hands a photo out before it goes to the dead letters; the last attempt writes what stays if it fails.
# Five, so that a crowded account, which turns invocations away, does not use them up. Source: Lambda guide, "Using Lambda with Amazon SQS".
MAX_RECEIVE_COUNT = 5
# What of a request changes a page: the cookie that holds a device's key, and these parts of the query.
DEVICE_COOKIE = "daybook_device"
PAGE_QUERY = ("cursor", "limit")


@dataclass(frozen=True)
class GuestsSettings(Settings, PublicAddress):
    """Sizes are bytes. `public_url` is the address under which `/g/...` is found, without a slash at its end."""

    table_name: str
    bucket_name: str
    bus_name: str
    cursor_secret_arn: str
    public_url: str
    site_name: str
    time_zone: str
    date_events: bool
    feed_freshness_minutes: int
    max_file_bytes: int
    max_event_files: int
    max_event_bytes: int
    photos_url: str
    """Under which address the edge serves shown pictures; empty where they are served by signed links."""
    media_origins: tuple[str, ...]
    """From where the page may load Instagram's videos and the pictures that were not copied yet."""

    @property
    def feed_freshness(self) -> timedelta:
        """How old stored Instagram posts may become before a view starts a refresh."""
        return timedelta(minutes=self.feed_freshness_minutes)
