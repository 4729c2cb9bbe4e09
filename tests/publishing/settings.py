"""The settings of a site that publishes, for functions that are called without a deployment."""

from __future__ import annotations

from lambdas.kit.login_type import LoginType
from lambdas.publishing.settings import PublishingSettings
from tests.conftest import REGION, Aws
from tests.graph.conftest import GRAPH


def publishing_settings(aws: Aws) -> PublishingSettings:
    """Return settings for the emulator and moto's resources."""
    return PublishingSettings(
        tokens_table_name=aws.tokens,
        token_key_arn=aws.key_arn,
        budget_table_name=aws.table,
        tenant="main",
        login_type=LoginType.INSTAGRAM,
        instagram_graph_base=f"{GRAPH}/graph.instagram.com/v25.0",
        facebook_graph_base=f"{GRAPH}/graph.facebook.com/v25.0",
        posts_table_name=aws.posts,
        events_table_name=aws.table,
        analytics_table_name=aws.numbers,
        bucket_name=aws.bucket,
        bus_name=aws.bus,
        cursor_secret_arn=aws.secret_arn,
        public_url="https://photos.example.com",
        time_zone="America/Los_Angeles",
        date_events=True,
        posting_consent=True,
        media_url="https://media.example.com",
        start_queue_url=aws.starts_url,
        start_queue_arn=f"arn:aws:sqs:{REGION}:123456789012:starts",
        start_dead_letters_arn=f"arn:aws:sqs:{REGION}:123456789012:starts-dead",
        schedule_group="posts",
        scheduler_role_arn="arn:aws:iam::123456789012:role/scheduler",
    )
