"""The alarms of a local deployment as a responder sees them: states and notifications."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lambdas.kit.decoded import JsonObject
from local.clients import client
from local.deployment import STAGE, LocalDeployment

KINDS = ["MetricAlarm", "CompositeAlarm"]


def wait_for_alarm(
    deployment: LocalDeployment,
    name: str,
    state: str,
    seconds: float = 20,
    nudge: Callable[[], object] = lambda: None,
) -> None:
    """Wait until an alarm (named without the stage) is in a state; call `nudge` meanwhile.

    Raises TimeoutError.
    """
    deadline = time.monotonic() + seconds
    while (now := state_of(deployment, name)) != state:
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"after {seconds:.0f} s, the alarm {name} is in state {now} instead of {state}"
            )
        nudge()
        time.sleep(0.5)


def state_of(deployment: LocalDeployment, name: str) -> str:
    """Return an alarm's state. Raises LookupError if there is no such alarm."""
    answer = client(deployment, "cloudwatch").describe_alarms(
        AlarmNames=[f"{STAGE}-{name}"], AlarmTypes=KINDS
    )
    for alarm in answer["MetricAlarms"] + answer["CompositeAlarms"]:
        return str(alarm["StateValue"])
    raise LookupError(f"there is no alarm {name}")


def set_alarm(deployment: LocalDeployment, name: str, reason: str) -> None:
    """Put an alarm into the state ALARM."""
    client(deployment, "cloudwatch").set_alarm_state(
        AlarmName=f"{STAGE}-{name}", StateValue="ALARM", StateReason=reason
    )


def put_values(deployment: LocalDeployment, name: str, value: float, seconds: int) -> None:
    """Record a value of an alarm's metric for each second from now on."""
    cloudwatch = client(deployment, "cloudwatch")
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[f"{STAGE}-{name}"])["MetricAlarms"]
    now = datetime.now(UTC)
    metric = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"], "Value": value}
    cloudwatch.put_metric_data(
        Namespace=alarm["Namespace"],
        MetricData=[
            metric | {"Timestamp": now + timedelta(seconds=second)} for second in range(seconds)
        ],
    )


class Inbox:
    """A subscriber of the alarms' topic."""

    def __init__(self, deployment: LocalDeployment, topic: str) -> None:
        self._sqs, self._sns = client(deployment, "sqs"), client(deployment, "sns")
        self.url = str(
            self._sqs.create_queue(QueueName=f"inbox-{secrets.token_hex(4)}")["QueueUrl"]
        )
        arn = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self._sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        subscribed = self._sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        self.subscription = str(subscribed["SubscriptionArn"])
        self.seen: list[JsonObject] = []

    def wait_for(self, text: str, seconds: float = 20) -> JsonObject:
        """Return the notification that contains a text: `Subject` and `Message`.

        Raises TimeoutError.
        """
        return self._wait(
            lambda notice: text in notice["Message"] + (notice.get("Subject") or ""), text, seconds
        )

    def wait_for_state(
        self, name: str, state: str, since: datetime, seconds: float = 40
    ) -> JsonObject:
        """Return an alarm's own notification of a state that it entered after `since`.

        Raises TimeoutError. A notification of an earlier change, or of another alarm whose name
        merely contains this one, does not count.
        """

        def matches(notice: JsonObject) -> bool:
            change = change_of(notice)
            return bool(
                change
                and change["AlarmName"] == f"{STAGE}-{name}"
                and change["NewStateValue"] == state
                # The times of notifications are whole seconds.
                and int(changed_at(change).timestamp()) >= int(since.timestamp())
            )

        return change_of(self._wait(matches, f"{name} in state {state}", seconds))

    def close(self) -> None:
        """End the subscription."""
        self._sns.unsubscribe(SubscriptionArn=self.subscription)
        self._sqs.delete_queue(QueueUrl=self.url)

    def _wait(self, matches: Callable[[JsonObject], bool], what: str, seconds: float) -> JsonObject:
        deadline = time.monotonic() + seconds
        while True:
            for notice in self.seen:
                if matches(notice):
                    return notice
            if time.monotonic() > deadline:
                raise TimeoutError(f"no notification of {what} within {seconds:.0f} s")
            self._receive()

    def _receive(self) -> None:
        answer = self._sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        for message in answer.get("Messages", []):
            self.seen.append(json.loads(message["Body"]))
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])


def change_of(notice: JsonObject) -> JsonObject:
    """Return the alarm's change of state in a notification; empty if it is another message."""
    try:
        change = json.loads(notice["Message"])
    except ValueError:
        return {}
    return change if isinstance(change, dict) and "NewStateValue" in change else {}


def changed_at(change: JsonObject) -> datetime:
    """Return the time of a change of state, as CloudWatch writes it (2026-04-29T12:00:00.000Z)."""
    return datetime.fromisoformat(change["StateChangeTime"].replace("+0000", "+00:00"))
