"""Fixtures of the tests of local mode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.killed_aws import KilledAws


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[KilledAws]:
    made = KilledAws(tmp_path)
    made.client("dynamodb").create_table(
        TableName="events",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    made.client("sqs").create_queue(QueueName="processing")
    made.wait_for_snapshot()
    yield made
    made.process.kill()
    made.process.wait()
