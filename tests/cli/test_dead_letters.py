"""Moving dead letters back into their queue."""

from __future__ import annotations

import boto3
import pytest

from cli.aws import client_in, clients_of
from cli.dead_letters import dead_letter_queues, purge, redrive
from cli.errors import CommandError, UsageError
from tests.cli.conftest import QUEUE, create_stack, stage

pytestmark = pytest.mark.usefixtures("moto_aws")


class Recorder:
    """SQS that records what is to be moved: moto moves nothing."""

    def __init__(self) -> None:
        self.moved: list[tuple[str, str]] = []

    def client_of(self, service: str, region: str = "us-east-1") -> object:
        """Return this recorder for SQS, and moto's client otherwise."""
        return self if service == "sqs" else client_in(service, region)

    def start_message_move_task(self, **asked: str) -> None:
        """Record a move."""
        self.moved.append((asked["SourceArn"], asked["DestinationArn"]))

    def __getattr__(self, name: str) -> object:
        return getattr(boto3.client("sqs"), name)


@pytest.fixture
def sqs() -> Recorder:
    create_stack("daybook-dev-Feed", {"RefreshQueue1": QUEUE, "RefreshDeadLetters2": QUEUE})
    return Recorder()


def test_dead_letters_go_back(sqs: Recorder) -> None:
    [url] = dead_letter_queues(stage(), sqs.client_of).values()
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="{}")

    text = redrive(stage(), "feed.refresh", sqs.client_of)

    assert "About 1 messages" in text
    [(source, destination)] = sqs.moved
    assert "RefreshDeadLetters" in source
    # Messages that EventBridge could not deliver know no queue that they came from.
    assert "RefreshQueue" in destination


def test_an_empty_queue_is_an_error(sqs: Recorder) -> None:
    with pytest.raises(CommandError, match="has no dead letters"):
        redrive(stage(), "Feed.Refresh", sqs.client_of)

    assert sqs.moved == []


def test_an_unknown_queue_is_usage(sqs: Recorder) -> None:
    with pytest.raises(UsageError, match=r"use one of Feed\.Refresh"):
        redrive(stage(), "Feed.Sweep", sqs.client_of)


def test_dead_letters_can_be_deleted(sqs: Recorder) -> None:
    [url] = dead_letter_queues(stage(), sqs.client_of).values()
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="{}")

    assert "About 1 dead letters of Feed.Refresh" in purge(
        stage(), "feed.refresh", clients_of(stage())
    )

    assert "Messages" not in boto3.client("sqs").receive_message(QueueUrl=url)


def test_requests_to_delete_data_are_never_purged() -> None:
    create_stack("daybook-dev-Comments", {"ForgetQueue1": QUEUE, "ForgetDeadLetters2": QUEUE})

    with pytest.raises(UsageError, match=r"make redrive QUEUE=Comments\.Forget"):
        purge(stage(), "comments.forget", clients_of(stage()))
