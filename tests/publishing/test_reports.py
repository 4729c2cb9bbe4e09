"""What is reported of posts that fail."""

from __future__ import annotations

import json
from dataclasses import replace as with_settings

import boto3
import pytest
from msgspec.structs import replace

from lambdas.kit.clock import FixedClock
from lambdas.publishing.dependencies import PublishingDependencies
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.records import Failure, Post
from lambdas.publishing.reporting import MAX_PER_HOUR, Reports
from lambdas.publishing.states import State
from tests.conftest import NOW, Aws
from tests.json_types import JsonObject
from tests.publishing.settings import publishing_settings
from tests.publishing.world import World


class Mailbox:
    """Reports, and the messages that arrive from them."""

    def __init__(self, aws: Aws) -> None:
        settings = with_settings(publishing_settings(aws), topic_arn=aws.topic_arn)
        self.reports: Reports = PublishingDependencies(
            settings, aws=aws.clients, clock=FixedClock(NOW)
        ).reports
        self._queue = aws.notices_url

    def messages(self) -> list[JsonObject]:
        """Return what arrived."""
        found: list[JsonObject] = []
        sqs = boto3.client("sqs")
        while page := sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for one in page:
                found.append(json.loads(one["Body"]))
                sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=one["ReceiptHandle"])
        return found


@pytest.fixture
def mailbox(fake_aws: Aws) -> Mailbox:
    """Provide reports."""
    return Mailbox(fake_aws)


def _failed(code: str = "image_ratio", state: State = State.FAILED) -> Post:
    failure = Failure(code=code, message="The picture is too wide.", at=NOW)
    return replace(World().post(Kind.PHOTO), state=state, failure=failure)


def test_message_leads_to_the_post(mailbox: Mailbox, capsys: pytest.CaptureFixture[str]) -> None:
    post = _failed()
    mailbox.reports.failed(post)

    [message] = mailbox.messages()
    assert f"/instagram/posts/{post.id}" in message["Message"]
    assert "The picture is too wide." in message["Message"]
    assert "Choose `fit`" in message["Message"]
    assert '"PublishFailed":' in capsys.readouterr().out


def test_unknown_outcome_needs_a_person(
    mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    mailbox.reports.failed(_failed("outcome_unknown", State.NEEDS_REVIEW))

    assert '"PublishNeedsPerson":' in capsys.readouterr().out
    assert len(mailbox.messages()) == 1


def test_many_failures_are_a_few_messages(mailbox: Mailbox) -> None:
    for _ in range(MAX_PER_HOUR + 5):
        mailbox.reports.failed(_failed())

    assert len(mailbox.messages()) == MAX_PER_HOUR


def test_waiting_post_is_not_called_failed(mailbox: Mailbox) -> None:
    mailbox.reports.needs_person(World().post(Kind.PHOTO), "reconnect_required")

    [message] = mailbox.messages()
    assert "waits" in message["Subject"]
    assert "was not published" not in message["Message"]
