"""Settings of the guests' functions."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

from lambdas.api.cdn import HttpSettings
from lambdas.kit.settings import PublicAddress

# How often the queue delivers a message before it goes to the dead letters. More than the attempts
# at decoding, which the photo's row counts: a crowded account, which turns invocations away, uses
# deliveries up. Source: Lambda guide, "Using Lambda with Amazon SQS".
MAX_RECEIVE_COUNT = 10
# Attempts at making a zip file; the last one fails the download.
MAX_PACKING_ATTEMPTS = 4
# Below 4 GiB, from where on older programs open no zip file. At 20 MB a second, which the function
# exceeds several times, it takes 200 s of its 900.
MAX_PART_BYTES = 4_000_000_000
# The cookies that change a page: the device's key, and the proof that a guest entered the PIN.
DEVICE_COOKIE = "daybook_device"
PIN_COOKIE = "daybook_pin"


class DateUploads(enum.StrEnum):
    """Who may add photos to the events of dates."""

    ANYONE = "anyone"
    PIN = "pin"
    """Guests who enter the PIN that an operator sets for all dates."""
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class GuestsSettings(HttpSettings, PublicAddress):
    """Sizes are bytes. `public_url` is the address of the site, without a trailing slash.

    `photos_url` is the address under which the CDN serves shown pictures; empty where they are
    served by signed links. `media_origins` are the origins from which the page may load
    Instagram's videos, and pictures that have not been copied yet. `posting_consent` is whether
    guests of a date's event are asked if the host may post their photos, `date_uploads` who may
    add photos to it. `tokens_table_name` and `tenant` are where connected accounts are looked up.
    `mail_from` is the sender of mails to hosts; empty: none are sent. With `private_addresses`
    hosts' webhooks may be private and without TLS: local mode.
    `downloads_queue_url` takes the zip files to make, each of up to `max_part_bytes`; it is empty
    for functions that send nothing to it. So is `tidy_queue_url`, which takes photos to settle.
    """

    table_name: str
    bucket_name: str
    bus_name: str
    cursor_secret_arn: str
    public_url: str
    site_name: str
    time_zone: str
    date_events: bool
    posting_consent: bool
    date_uploads: DateUploads
    tokens_table_name: str
    tenant: str
    feed_freshness_minutes: int
    max_file_bytes: int
    max_event_files: int
    max_event_bytes: int
    photos_url: str
    media_origins: tuple[str, ...]
    mail_from: str = ""
    private_addresses: bool = False
    downloads_queue_url: str = ""
    tidy_queue_url: str = ""
    max_part_bytes: int = MAX_PART_BYTES

    @property
    def feed_freshness(self) -> timedelta:
        """Return how old stored Instagram posts may become before a view starts a refresh."""
        return timedelta(minutes=self.feed_freshness_minutes)
