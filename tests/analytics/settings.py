"""The settings of a site that keeps numbers, for functions that are called without a deployment."""

from __future__ import annotations

from lambdas.analytics.settings import AnalyticsSettings
from lambdas.kit.login_type import LoginType
from tests.conftest import Aws
from tests.graph.conftest import GRAPH


def analytics_settings(aws: Aws, zone: str = "America/Los_Angeles") -> AnalyticsSettings:
    """Return settings for the emulator and moto's resources."""
    return AnalyticsSettings(
        tokens_table_name=aws.tokens,
        token_key_arn=aws.key_arn,
        budget_table_name=aws.table,
        tenant="main",
        login_type=LoginType.INSTAGRAM,
        instagram_graph_base=f"{GRAPH}/graph.instagram.com/v25.0",
        facebook_graph_base=f"{GRAPH}/graph.facebook.com/v25.0",
        analytics_table_name=aws.numbers,
        events_table_name=aws.table,
        bucket_name=aws.bucket,
        bus_name=aws.bus,
        cursor_secret_arn=aws.secret_arn,
        collect_queue_url=aws.collect_url,
        public_url="https://photos.example.com",
        time_zone=zone,
    )
