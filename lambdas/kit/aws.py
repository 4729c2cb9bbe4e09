"""AWS clients: built on first use, then shared.

Nothing is created at import: a client built before moto starts would reach the real network.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient


class MailClient(Protocol):
    """What is used of SES."""

    def send_email(self, **request: Any) -> object:
        """Send a mail. Raises ClientError."""


class AwsClients:
    """The AWS clients of one process."""

    @functools.cached_property
    def s3(self) -> S3Client:
        """Return the S3 client, which signs with version 4 for the bucket's own region.

        A link signed for the global host is answered with a redirect (307) outside us-east-1,
        which a form post does not survive.
        """
        import boto3

        config = _config().merge(
            _config_of(signature_version="s3v4", s3={"us_east_1_regional_endpoint": "regional"})
        )
        if "AWS_ENDPOINT_URL" in os.environ:
            return boto3.client("s3", config=config)
        region = os.environ["AWS_REGION"]
        return boto3.client(
            "s3",
            region_name=region,
            endpoint_url=f"https://s3.{region}.amazonaws.com",
            config=config.merge(_config_of(s3={"addressing_style": "virtual"})),
        )

    @functools.cached_property
    def eventbridge(self) -> EventBridgeClient:
        """Return the EventBridge client."""
        import boto3

        return boto3.client("events", config=_config())

    @functools.cached_property
    def secrets_manager(self) -> SecretsManagerClient:
        """Return the Secrets Manager client."""
        import boto3

        return boto3.client("secretsmanager", config=_config())

    @functools.cached_property
    def kms(self) -> KMSClient:
        """Return the KMS client."""
        import boto3

        return boto3.client("kms", config=_config())

    @functools.cached_property
    def sqs(self) -> SQSClient:
        """Return the SQS client."""
        import boto3

        return boto3.client("sqs", config=_config())

    @functools.cached_property
    def sns(self) -> SNSClient:
        """Return the SNS client."""
        import boto3

        return boto3.client("sns", config=_config())

    @functools.cached_property
    def ses(self) -> MailClient:
        """Return the client of SES. A mail is sent once: the caller knows when to try again."""
        import boto3

        once = _config_of(retries={"total_max_attempts": 1})
        client: MailClient = boto3.client("sesv2", config=_config().merge(once))
        return client

    @functools.cached_property
    def scheduler(self) -> EventBridgeSchedulerClient:
        """Return the client of EventBridge Scheduler."""
        import boto3

        return boto3.client("scheduler", config=_config())

    @functools.cached_property
    def step_functions(self) -> SFNClient:
        """Return the Step Functions client."""
        import boto3

        return boto3.client("stepfunctions", config=_config())

    @functools.cached_property
    def _dynamodb(self) -> DynamoDBServiceResource:
        import boto3

        return boto3.resource("dynamodb", config=_config())

    def table(self, name: str) -> Table:
        """Return a DynamoDB table as a resource: its items are plain Python values."""
        return self._dynamodb.Table(name)


def _config() -> Config:
    return _config_of(
        connect_timeout=2, read_timeout=10, retries={"mode": "standard", "max_attempts": 4}
    )


def _config_of(**options: object) -> Config:
    from botocore.config import Config

    return Config(**options)  # type: ignore[arg-type]
