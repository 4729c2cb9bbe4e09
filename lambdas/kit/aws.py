"""AWS clients, built when first asked for and then shared.

Nothing is created at import: a client that exists before moto starts would reach for the real network.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient


@functools.cache
def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=2, read_timeout=10, retries={"mode": "standard", "max_attempts": 4}
    )
    if service == "s3":
        # Signature version 4 always, and the bucket's regional host: a link signed for the global host answers with a
        # redirect (307) in any region but the first, which a form post does not survive.
        config = config.merge(
            Config(signature_version="s3v4", s3={"us_east_1_regional_endpoint": "regional"})
        )
        if "AWS_ENDPOINT_URL" not in os.environ:
            region = os.environ["AWS_REGION"]
            config = config.merge(Config(s3={"addressing_style": "virtual"}))
            return boto3.client(
                "s3",
                region_name=region,
                endpoint_url=f"https://s3.{region}.amazonaws.com",
                config=config,
            )
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def s3() -> S3Client:
    """The S3 client, which signs with version 4 for the bucket's own region."""
    return cast("S3Client", _client("s3"))


def eventbridge() -> EventBridgeClient:
    """The EventBridge client."""
    return cast("EventBridgeClient", _client("events"))


def secrets_manager() -> SecretsManagerClient:
    """The Secrets Manager client."""
    return cast("SecretsManagerClient", _client("secretsmanager"))


def kms() -> KMSClient:
    """The client of the key service."""
    return cast("KMSClient", _client("kms"))


def sqs() -> SQSClient:
    """The client of the queues."""
    return cast("SQSClient", _client("sqs"))


def sns() -> SNSClient:
    """The client of the notification topics."""
    return cast("SNSClient", _client("sns"))


@functools.cache
def table(name: str) -> Table:
    """The DynamoDB table of that name, as a resource: items are plain Python values."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=2, read_timeout=10, retries={"mode": "standard", "max_attempts": 4}
    )
    return boto3.resource("dynamodb", config=config).Table(name)


def forget_clients() -> None:
    """Drops all clients, so that a test's next one is built inside its own mock."""
    _client.cache_clear()
    table.cache_clear()
