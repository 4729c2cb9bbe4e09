"""Moving dead letters back into their queue."""

from __future__ import annotations

import boto3
import pytest

from cli.aws import client_in
from cli.dead_letters import dead_letter_queues, redrive
from cli.errors import CommandError, UsageError
from tests.cli.conftest import QUEUE, create_stack, stage

pytestmark = pytest.mark.usefixtures("moto_aws")


class Recorder:
    """SQS that records what is to be moved: moto moves nothing."""

    def __init__(self) -> None:
        self.moved: list[str] = []

    def client_of(self, service: str, region: str = "us-east-1") -> object:
        """Return this recorder for SQS, and moto's client otherwise."""
        return self if service == "sqs" else client_in(service, region)

    def start_message_move_task(self, **asked: str) -> None:
        """Record a move."""
        self.moved.append(asked["SourceArn"])

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
    assert len(sqs.moved) == 1
    assert "RefreshDeadLetters" in sqs.moved[0]


def test_an_empty_queue_is_an_error(sqs: Recorder) -> None:
    with pytest.raises(CommandError, match="has no dead letters"):
        redrive(stage(), "Feed.Refresh", sqs.client_of)

    assert sqs.moved == []


def test_an_unknown_queue_is_usage(sqs: Recorder) -> None:
    with pytest.raises(UsageError, match=r"use one of Feed\.Refresh"):
        redrive(stage(), "Feed.Sweep", sqs.client_of)
