"""Clients of a local deployment's AWS, with its root credentials."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from local.deployment import ACCOUNT, REGION, LocalDeployment


def client(deployment: LocalDeployment, service: str) -> Any:
    """Return a boto3 client of the embedded AWS. It uses no proxy: `{}` differs from None here."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name=REGION,
        endpoint_url=deployment.aws_url,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="local",  # noqa: S106 (any value is accepted)
        config=Config(retries={"mode": "standard"}, proxies={}, connect_timeout=2, read_timeout=60),
        verify=False,
    )
