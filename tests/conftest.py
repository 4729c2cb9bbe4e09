"""What every test may use: an AWS made by moto with our table and bucket in it, a clock that stands still, drawn pictures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lambdas.api import cdn
from lambdas.feed import handlers as feed_handlers
from lambdas.guests import dependencies as guests_feature
from lambdas.guests.settings import GuestsSettings
from lambdas.kit import aws
from lambdas.kit.clock import ManualClock
from lambdas.kit.secret import read_secret
from lambdas.storage import keys
from lambdas.tokens import dependencies as tokens_feature
from local.deployment import ROOT
from tests.deployed import cdn_stack as cdn_stack
from tests.deployed import inbox as inbox
from tests.deployed import stack as stack
from tests.scheduling import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler
from tests.small_site import small_site

REGION = "us-east-1"
NOW = datetime(2026, 4, 29, 18, 0, tzinfo=UTC)

# No client of a test ever finds real credentials or a real endpoint.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}
os.environ |= {"POWERTOOLS_METRICS_NAMESPACE": "daybook", "POWERTOOLS_DEV": "false"}
# The project's own, whatever else the machine has.
os.environ["JSII_NODE"] = str(ROOT / ".venv" / "bin" / "node")


@dataclass(frozen=True)
class Aws:
    """Names of what the tests' AWS holds."""

    table: str = "events"
    bucket: str = "photos"
    secret_arn: str = ""
    tokens: str = "tokens"
    audit: str = "audit"
    key_arn: str = ""
    app_secret_arn: str = ""
    topic_arn: str = ""
    queue_url: str = ""
    notices_url: str = ""
    """A queue that is subscribed to the topic."""


@pytest.fixture
def fake_aws() -> Iterator[Aws]:
    """The project's table, bucket and secret, in moto."""
    with mock_aws():
        forget_everything()
        _table(Aws.table, keys.TIMELINE_INDEX, keys.TIMELINE_PARTITION, keys.TIMELINE_SORT)
        _table(Aws.tokens, keys.DUE_INDEX, keys.DUE_PARTITION, keys.DUE_SORT)
        _table(Aws.audit)
        boto3.client("s3").create_bucket(Bucket=Aws.bucket)
        secret = boto3.client("secretsmanager").create_secret(Name="cursors", SecretString="s" * 64)
        apps = {"instagram_app_id": "1000000001", "instagram_app_secret": "instagram-secret"}
        apps |= {"meta_app_id": "2000000001", "meta_app_secret": "facebook-secret"}
        app_secret = boto3.client("secretsmanager").create_secret(
            Name="apps", SecretString=json.dumps(apps)
        )
        topic = boto3.client("sns").create_topic(Name="alarms")["TopicArn"]
        queues = {
            name: boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]
            for name in ("refresh", "notices")
        }
        boto3.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:123456789012:notices"
        )
        yield Aws(
            secret_arn=secret["ARN"],
            key_arn=boto3.client("kms").create_key()["KeyMetadata"]["Arn"],
            app_secret_arn=app_secret["ARN"],
            topic_arn=topic,
            queue_url=queues["refresh"],
            notices_url=queues["notices"],
        )
        forget_everything()


def _table(name: str, index: str = "", *index_keys: str) -> None:
    names = (keys.PARTITION, keys.SORT, *index_keys)
    schema, projection = _key_schema(*index_keys) if index else [], {"ProjectionType": "ALL"}
    more: Any = (
        {
            "GlobalSecondaryIndexes": [
                {"IndexName": index, "KeySchema": schema, "Projection": projection}
            ]
        }
        if index
        else {}
    )
    boto3.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in names],
        KeySchema=_key_schema(keys.PARTITION, keys.SORT),
        **more,
    )


def _key_schema(partition: str, sort: str) -> Any:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def forget_everything() -> None:
    """Drops what function instances keep between calls."""
    aws.forget_clients()
    read_secret.cache_clear()
    cdn.settings.cache_clear()
    guests_feature.forget()
    feed_handlers.forget_parts()
    tokens_feature.forget()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at the afternoon of the sample day (11:00 in Los Angeles)."""
    return ManualClock(NOW)


@pytest.fixture
def guests_settings(fake_aws: Aws) -> GuestsSettings:
    """The guests' feature as a site in Los Angeles has it, with small limits."""
    return small_site(fake_aws.table, fake_aws.bucket, fake_aws.secret_arn)
