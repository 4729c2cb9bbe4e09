"""The alarms of a local stack, as somebody on call sees them: their states, and what arrives at the topic."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from local.clients import client
from local.deployment import STAGE, LocalDeployment


def wait_for_alarm(
    deployment: LocalDeployment,
    name: str,
    state: str,
    seconds: float = 20,
    nudge: Callable[[], object] = lambda: None,
) -> None:
    """Waits until an alarm (its name without the stage) is in a state; `nudge` is done again and again meanwhile. Raises TimeoutError."""
    deadline, full, cloudwatch = (
        time.monotonic() + seconds,
        f"{STAGE}-{name}",
        client(deployment, "cloudwatch"),
    )
    while True:
        answer = cloudwatch.describe_alarms(
            AlarmNames=[full], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        [alarm] = answer["MetricAlarms"] + answer["CompositeAlarms"]
        if alarm["StateValue"] == state:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"the alarm {name} is {alarm['StateValue']} and not {state} after {seconds:.0f} s"
            )
        nudge()
        time.sleep(0.5)


class Inbox:
    """What arrives at the alarms' topic, as somebody who has subscribed gets it."""

    def __init__(self, deployment: LocalDeployment, topic: str) -> None:
        self._sqs, self._sns = client(deployment, "sqs"), client(deployment, "sns")
        self._url = self._sqs.create_queue(QueueName=f"inbox-{secrets.token_hex(4)}")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        self._subscription = self._sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)[
            "SubscriptionArn"
        ]
        self.seen: list[Mapping[str, Any]] = []

    def wait_for(self, text: str, seconds: float = 20) -> Mapping[str, Any]:
        """The notification that holds a text, as `Subject` and `Message`. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for message in self._sqs.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=1
            ).get("Messages", []):
                self.seen.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            for notice in self.seen:
                if text in notice["Message"] + (notice.get("Subject") or ""):
                    return notice
        raise TimeoutError(f"no notification about {text} within {seconds:.0f} s")

    def close(self) -> None:
        """Ends the subscription."""
        self._sns.unsubscribe(SubscriptionArn=self._subscription)
        self._sqs.delete_queue(QueueUrl=self._url)
