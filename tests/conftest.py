"""What every test may use: an AWS made by moto with our table and bucket in it, a clock that stands still, drawn pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lambdas.feed import handlers as feed_handlers
from lambdas.guests import room as guests_room
from lambdas.guests.settings import GuestsSettings
from lambdas.kit import aws
from lambdas.kit.clock import ManualClock
from lambdas.storage import keys
from lambdas.storage.secret import read_secret
from tests.deployed import stack as stack

REGION = "us-east-1"
NOW = datetime(2026, 4, 29, 18, 0, tzinfo=UTC)

# No client of a test ever finds real credentials or a real endpoint.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
os.environ |= {"POWERTOOLS_METRICS_NAMESPACE": "daybook", "POWERTOOLS_DEV": "false"}


@dataclass(frozen=True)
class Aws:
    """Names of what the tests' AWS holds."""

    table: str = "events"
    bucket: str = "photos"
    secret_arn: str = ""


@pytest.fixture
def fake_aws() -> Iterator[Aws]:
    """The project's table, bucket and secret, in moto."""
    with mock_aws():
        forget_everything()
        text = {"AttributeType": "S"}
        names = (keys.PARTITION, keys.SORT, keys.TIMELINE_PARTITION, keys.TIMELINE_SORT)
        boto3.client("dynamodb").create_table(
            TableName=Aws.table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, **text} for name in names],  # type: ignore[typeddict-item]
            KeySchema=_key_schema(keys.PARTITION, keys.SORT),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": keys.TIMELINE_INDEX,
                    "KeySchema": _key_schema(keys.TIMELINE_PARTITION, keys.TIMELINE_SORT),
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        boto3.client("s3").create_bucket(Bucket=Aws.bucket)
        secret = boto3.client("secretsmanager").create_secret(Name="cursors", SecretString="s" * 64)
        yield Aws(secret_arn=secret["ARN"])
        forget_everything()


def _key_schema(partition: str, sort: str) -> Any:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def forget_everything() -> None:
    """Drops what function instances keep between calls."""
    aws.forget_clients()
    read_secret.cache_clear()
    guests_room.forget()
    feed_handlers.forget()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at the afternoon of the sample day (11:00 in Los Angeles)."""
    return ManualClock(NOW)


@pytest.fixture
def guests_settings(fake_aws: Aws) -> GuestsSettings:
    """The guests' room as a site in Los Angeles has it, with small limits."""
    return GuestsSettings(
        table_name=fake_aws.table,
        bucket_name=fake_aws.bucket,
        bus_name="default",
        cursor_secret_arn=fake_aws.secret_arn,
        public_url="https://photos.example.com",
        site_name="daybook",
        time_zone="America/Los_Angeles",
        date_events=True,
        feed_freshness_minutes=5,
        max_file_bytes=5_000_000,
        max_event_files=20,
        max_event_bytes=40_000_000,
        media_origins=("https://*.cdninstagram.com",),
    )
