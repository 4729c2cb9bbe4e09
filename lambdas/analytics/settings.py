"""Settings of the analytics feature."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.api.cdn import HttpSettings
from lambdas.instagram.settings import InstagramSettings
from lambdas.kit.settings import PublicAddress


@dataclass(frozen=True, kw_only=True)
class AnalyticsSettings(InstagramSettings, HttpSettings, PublicAddress):
    """Where numbers are kept.

    `time_zone` is the site's IANA zone, used for accounts without one of their own.
    `ig_default_start_date` is the first date of an answer whose `since` is omitted.
    `collect_queue_url` is where units of collection are put; `bucket_name` where large exports go.
    """

    analytics_table_name: str
    events_table_name: str
    bucket_name: str
    bus_name: str
    cursor_secret_arn: str
    collect_queue_url: str
    public_url: str
    time_zone: str
    ig_default_start_date: str = "2025-08-01"
