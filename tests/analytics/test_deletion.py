"""An account's numbers are deleted completely, and nothing writes them back."""

from __future__ import annotations

from datetime import timedelta

import boto3

from lambdas.analytics import handlers
from lambdas.analytics.records import Unit
from lambdas.kit.clock import to_rfc3339
from tests.analytics.conftest import ACCOUNT, Numbers
from tests.conftest import Aws
from tests.lambda_events import Context, sqs_event

OTHER = "17841400000000078"


def rows(aws: Aws) -> list[str]:
    """Return the sort keys of all rows, leases aside."""
    items = boto3.resource("dynamodb").Table(aws.numbers).scan()["Items"]
    return [str(row["sk"]) for row in items]


def test_everything_is_deleted(numbers: Numbers, fake_aws: Aws) -> None:
    numbers.collect()
    at = numbers.clock.now() + timedelta(seconds=1)
    detail = {"account_id": ACCOUNT, "requested_at": to_rfc3339(at)}

    handlers.forget.using(numbers.dependencies)(sqs_event({"detail": detail}), Context())

    assert rows(fake_aws) == []
    assert numbers.dependencies.marks.is_done(ACCOUNT, at, ["analytics"])
    assert not numbers.dependencies.marks.is_done(ACCOUNT, at, ["analytics", "feed"])


def test_deletion_can_be_repeated(numbers: Numbers) -> None:
    numbers.collect(Unit.POSTS)
    at = numbers.clock.now()

    assert numbers.dependencies.deletion.delete(ACCOUNT, at) > 0
    assert numbers.dependencies.deletion.delete(ACCOUNT, at) == 0


def test_other_accounts_stay(numbers: Numbers) -> None:
    numbers.collect(Unit.POSTS)

    numbers.dependencies.deletion.delete(OTHER, numbers.clock.now())

    assert numbers.posts()


def test_collection_in_progress_writes_nothing_back(numbers: Numbers, fake_aws: Aws) -> None:
    numbers.collect(Unit.DAYS)
    at = numbers.clock.now() + timedelta(seconds=1)
    numbers.on_request = lambda _: numbers.dependencies.deletion.delete(ACCOUNT, at)

    assert numbers.collect(Unit.CATALOGUE) == [None]

    assert [row for row in rows(fake_aws) if not row.startswith("LEASE")] == []


def test_newer_connection_collects_again(numbers: Numbers) -> None:
    numbers.collect(Unit.POSTS)
    numbers.dependencies.deletion.delete(ACCOUNT, numbers.clock.now())
    numbers.clock.advance(timedelta(minutes=2))
    numbers.connect()

    numbers.collect(Unit.POSTS)

    assert numbers.posts()


def test_repeated_request_spares_a_newer_connection(numbers: Numbers) -> None:
    numbers.collect(Unit.POSTS)
    at = numbers.clock.now()
    numbers.dependencies.deletion.delete(ACCOUNT, at)
    numbers.clock.advance(timedelta(minutes=2))
    numbers.connect()
    numbers.collect(Unit.POSTS)

    for requested_at in (at, at - timedelta(hours=1)):
        assert numbers.dependencies.deletion.delete(ACCOUNT, requested_at) == 0

    assert numbers.posts()
