"""An AWS in memory, made by moto."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import boto3
from moto import mock_aws

from tests.dynamodb_limits import refuse_long_keys
from tests.moto_transactions import make_transactions_cheap

Service = Literal["dynamodb", "kms", "s3", "secretsmanager", "sns", "sqs"]

# It holds the models of the services: to read them again for each test took most of its time.
# moto must be imported before it is made.
SESSION = boto3.Session()
SESSION.events.register("before-call.dynamodb", refuse_long_keys)
make_transactions_cheap()


@contextmanager
def moto_aws() -> Iterator[None]:
    """Provide an empty AWS to all clients that are made meanwhile."""
    with mock_aws():
        # moto replaces the default session, and puts the former one back.
        boto3.DEFAULT_SESSION = SESSION
        yield


@functools.cache
def setup_client(service: Service) -> Any:
    """Return a client that prepares the AWS of any test. What is tested has clients of its own."""
    return SESSION.client(service)
