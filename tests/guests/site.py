"""The settings of a small site, for functions that are called without a deployment."""

from __future__ import annotations

from lambdas.guests.settings import DateUploads, GuestsSettings


def small_site(table: str, bucket: str, secret_arn: str) -> GuestsSettings:
    """Return the settings of a site in Los Angeles with small limits."""
    return GuestsSettings(
        table_name=table,
        bucket_name=bucket,
        bus_name="default",
        cursor_secret_arn=secret_arn,
        public_url="https://photos.example.com",
        site_name="daybook",
        time_zone="America/Los_Angeles",
        date_events=True,
        posting_consent=False,
        date_uploads=DateUploads.ANYONE,
        tokens_table_name="tokens",
        tenant="main",
        feed_freshness_minutes=5,
        max_file_bytes=5_000_000,
        max_event_files=20,
        max_event_bytes=40_000_000,
        photos_url="",
        media_origins=("https://*.cdninstagram.com",),
    )
