"""Tests know DynamoDB's limits of keys."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.moto_aws import moto_aws


@pytest.mark.parametrize(("partition", "sort"), [("é" * 1025, "a"), ("a", "a" * 1025)])
def test_long_keys_are_refused(partition: str, sort: str) -> None:
    with moto_aws():
        table = boto3.resource("dynamodb").Table("any")

        with pytest.raises(ClientError, match="the key"):
            table.get_item(Key={"pk": partition, "sk": sort})
        with pytest.raises(ClientError, match="the key"):
            table.put_item(Item={"pk": "a", "sk": "a", "index_pk": partition, "index_sk": sort})
