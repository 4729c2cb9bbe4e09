"""Clients of a local deployment's AWS, as its root."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from local.deployment import ACCOUNT, REGION, LocalDeployment


def client(deployment: LocalDeployment, service: str) -> Any:
    """A boto3 client of the embedded AWS."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name=REGION,
        endpoint_url=deployment.aws_url,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="local",
        config=Config(retries={"mode": "standard"}, proxies={}, connect_timeout=2),
        verify=False,
    )
