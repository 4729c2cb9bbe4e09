"""One test for each gap of the embedded AWS that local/aws/gaps.py closes."""

from __future__ import annotations

import json
import time
from typing import Any

import requests

from tests.deployed import Stack


def test_the_ref_of_a_secret_is_its_arn(stack: Stack) -> None:
    resource = stack.client("cloudformation").describe_stack_resource(StackName="daybook-local-Storage", LogicalResourceId="CursorSecret")

    assert resource["StackResourceDetail"]["PhysicalResourceId"].startswith("arn:aws:secretsmanager:")


def test_composite_alarms_are_deployed(stack: Stack) -> None:
    alarms = stack.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]

    assert {alarm["AlarmName"] for alarm in alarms} == {"daybook-local-function-errors", "daybook-local-photo-processing-stuck"}


def test_cookies_reach_the_functions(stack: Stack) -> None:
    with requests.Session() as session:
        first = session.get(stack.event_url, timeout=30)
        again = session.get(stack.event_url, timeout=30)

    assert "set-cookie" in first.headers
    assert "set-cookie" not in again.headers


def test_the_loopback_counts_as_tls(stack: Stack) -> None:
    policy = json.loads(stack.client("s3").get_bucket_policy(Bucket=stack.outputs["bucket"])["Policy"])
    url = stack.photos()["items"][0]["urls"]["thumb"]

    assert any(statement["Effect"] == "Deny" and "aws:SecureTransport" in json.dumps(statement) for statement in policy["Statement"])
    assert url.startswith("http://")
    assert requests.get(url, timeout=30).status_code == 200


def test_alarms_look_at_their_own_dimensions(stack: Stack) -> None:
    cloudwatch = stack.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="gap",
        Namespace="gap",
        MetricName="m",
        Dimensions=[{"Name": "d", "Value": "mine"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )

    def put(value: str) -> None:
        data: Any = [{"MetricName": "m", "Value": 5, "Dimensions": [{"Name": "d", "Value": value}]}]
        cloudwatch.put_metric_data(Namespace="gap", MetricData=data)

    put("other")
    wait_for_alarm(stack, "gap", "OK")
    put("mine")
    wait_for_alarm(stack, "gap", "ALARM")
    cloudwatch.delete_alarms(AlarmNames=["gap"])


def test_a_dead_letter_wakes_somebody(stack: Stack) -> None:
    sqs, sns = stack.client("sqs"), stack.client("sns")
    inbox = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=inbox, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allowed]})})
    subscription = sns.subscribe(TopicArn=stack.outputs["topic"], Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    dead = stack.outputs["queues"]["Guests.ProcessingDeadLetters"]

    sqs.send_message(QueueUrl=dead, MessageBody="{}")

    wait_for_alarm(stack, "daybook-local-photo-processing-stuck", "ALARM")
    [message] = sqs.receive_message(QueueUrl=inbox, WaitTimeSeconds=5)["Messages"]
    notification = json.loads(json.loads(message["Body"])["Message"])
    assert notification["AlarmName"] == "daybook-local-photo-processing-stuck"
    assert "docs/operations.md" in notification["AlarmDescription"]
    sqs.purge_queue(QueueUrl=dead)
    sns.unsubscribe(SubscriptionArn=subscription)


def wait_for_alarm(stack: Stack, name: str, state: str) -> None:
    deadline = time.monotonic() + 15
    while True:
        answer = stack.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        [alarm] = answer["MetricAlarms"] + answer["CompositeAlarms"]
        if alarm["StateValue"] == state:
            return
        assert time.monotonic() < deadline, alarm["StateValue"]
        time.sleep(0.5)


def test_iam_is_enforced(stack: Stack) -> None:
    key = stack.photos()["items"][0]["urls"]["thumb"].split("?")[0]

    assert requests.get(key, timeout=30).status_code == 403
