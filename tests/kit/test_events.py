"""Test domain events on an event bus of moto."""

from __future__ import annotations

import json

import boto3

from lambdas.kit.events import EventBus, TokenRefused
from tests.conftest import Aws


def test_rules_receive_published_events(fake_aws: Aws) -> None:
    events = boto3.client("events")
    events.put_rule(Name="refused", EventPattern='{"detail-type": ["TokenRefused"]}')
    arn = "arn:aws:sqs:us-east-1:123456789012:notices"
    events.put_targets(Rule="refused", Targets=[{"Id": "1", "Arn": arn}])

    EventBus(fake_aws.clients.eventbridge, fake_aws.bus).publish(TokenRefused("17841400000000001"))

    answer = boto3.client("sqs").receive_message(QueueUrl=fake_aws.notices_url)
    [message] = answer["Messages"]
    detail = json.loads(message["Body"])["detail"]
    assert TokenRefused.from_detail(detail | {"new": 1}) == TokenRefused("17841400000000001")
