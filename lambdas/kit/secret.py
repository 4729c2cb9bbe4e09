"""Secrets, read once per function instance."""

from __future__ import annotations

import functools

from lambdas.kit import aws


@functools.cache
def read_secret(arn: str) -> str:
    """The text of a secret. The ARN is no secret, the answer is: never log it."""
    return aws.secrets_manager().get_secret_value(SecretId=arn)["SecretString"]
