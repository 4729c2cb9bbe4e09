"""What every test may use: an AWS made by moto with our tables and bucket, and a fixed clock."""

from __future__ import annotations

import functools
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from lambdas.kit.aws import AwsClients
from lambdas.kit.clock import FixedClock
from lambdas.storage import keys
from local.deployment import ROOT
from tests.deployed import cdn_stack as cdn_stack
from tests.deployed import inbox as inbox
from tests.deployed import stack as stack
from tests.json_types import JsonObject
from tests.moto_aws import moto_aws, setup_client
from tests.scheduling import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import KeySchemaElementTypeDef

REGION = "us-east-1"
QUEUES = ("refresh", "completions", "notices", "collect", "starts")
NOW = datetime(2026, 4, 29, 18, 0, tzinfo=UTC)

# A shell that runs the tests in the background has them, and all that they start, ignore SIGINT.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The time of one generated example depends on the machine's load.
settings.register_profile("any-load", deadline=None)
settings.load_profile("any-load")

# No client of a test ever finds real credentials or a real endpoint.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "daybook",
    "POWERTOOLS_DEV": "false",
    # The project's own Node, whatever else the machine has.
    "JSII_NODE": str(ROOT / ".venv" / "bin" / "node"),
}


@dataclass(frozen=True)
class Aws:
    """Names of what the tests' AWS holds, and its clients."""

    clients: AwsClients
    table: str = "events"
    bucket: str = "photos"
    bus: str = "default"
    secret_arn: str = ""
    tokens: str = "tokens"
    audit: str = "audit"
    numbers: str = "numbers"
    posts: str = "posts"
    app_secret_arn: str = ""
    topic_arn: str = ""
    queue_url: str = ""
    collect_url: str = ""
    starts_url: str = ""
    completions_url: str = ""
    notices_url: str = ""
    """A queue that is subscribed to the topic."""

    @functools.cached_property
    def key_arn(self) -> str:
        """Return a new KMS key, which few tests need and takes longest to make."""
        return str(setup_client("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def fake_aws() -> Iterator[Aws]:
    """Provide the project's tables, bucket and secrets, in moto."""
    with moto_aws():
        _table(Aws.table, keys.TIMELINE_INDEX, keys.TIMELINE_PARTITION, keys.TIMELINE_SORT)
        _table(Aws.tokens, keys.DUE_INDEX, keys.DUE_PARTITION, keys.DUE_SORT)
        _table(Aws.audit)
        _table(Aws.numbers)
        _table(Aws.posts)
        setup_client("s3").create_bucket(Bucket=Aws.bucket)
        secrets = setup_client("secretsmanager")
        apps = {
            "instagram_app_id": "1000000001",
            "instagram_app_secret": "instagram-secret",
            "meta_app_id": "2000000001",
            "meta_app_secret": "facebook-secret",
        }
        topic = setup_client("sns").create_topic(Name="alarms")["TopicArn"]
        sqs = setup_client("sqs")
        queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
        arn = f"arn:aws:sqs:{REGION}:123456789012:notices"
        setup_client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        yield Aws(
            clients=AwsClients(),
            secret_arn=secrets.create_secret(Name="cursors", SecretString="s" * 64)["ARN"],
            app_secret_arn=secrets.create_secret(Name="apps", SecretString=json.dumps(apps))["ARN"],
            topic_arn=topic,
            queue_url=queues["refresh"],
            completions_url=queues["completions"],
            notices_url=queues["notices"],
            collect_url=queues["collect"],
            starts_url=queues["starts"],
        )


def _table(name: str, index: str = "", *index_keys: str) -> None:
    names = (keys.PARTITION, keys.SORT, *index_keys)
    schema, projection = _key_schema(*index_keys) if index else [], {"ProjectionType": "ALL"}
    more: JsonObject = (
        {
            "GlobalSecondaryIndexes": [
                {"IndexName": index, "KeySchema": schema, "Projection": projection}
            ]
        }
        if index
        else {}
    )
    setup_client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in names],
        KeySchema=_key_schema(keys.PARTITION, keys.SORT),
        **more,
    )


def _key_schema(partition: str, sort: str) -> list[KeySchemaElementTypeDef]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


@pytest.fixture
def clock() -> FixedClock:
    """Provide a clock that stands at the afternoon of the sample day (11:00 in Los Angeles)."""
    return FixedClock(NOW)
