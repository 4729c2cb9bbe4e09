"""One test for each patch of the embedded AWS in local/aws."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from local.alarms import Inbox
from local.deployment import ACCOUNT, REGION
from stacks.config import STAGES
from tests.deployed import Stack, wait_until
from tests.json_types import JsonObject


def test_secret_ref_is_an_arn(stack: Stack) -> None:
    resource = stack.client("cloudformation").describe_stack_resource(
        StackName="daybook-local-Storage", LogicalResourceId="CursorSecret"
    )

    assert resource["StackResourceDetail"]["PhysicalResourceId"].startswith(
        "arn:aws:secretsmanager:"
    )


def test_composite_alarms_are_deployed(stack: Stack) -> None:
    alarms = stack.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])[
        "CompositeAlarms"
    ]

    assert {alarm["AlarmName"] for alarm in alarms} == {
        "daybook-local-analytics-stale",
        "daybook-local-downloads-failed",
        "daybook-local-function-errors",
        "daybook-local-inbox-overdue",
        "daybook-local-severity-low",
        "daybook-local-severity-critical",
        "daybook-local-photo-processing-stuck",
        "daybook-local-publish-failed",
        "daybook-local-site-unreachable",
        "daybook-local-token-refresh-failed",
        "daybook-local-webhook-rejected",
        "daybook-local-webhook-silent",
    }


def test_cookies_reach_functions(stack: Stack) -> None:
    with requests.Session() as session:
        first = session.get(f"{stack.event_url}/upload", timeout=30)
        again = session.get(f"{stack.event_url}/upload", timeout=30)

    assert "set-cookie" in first.headers
    assert "set-cookie" not in again.headers


def test_loopback_counts_as_tls(stack: Stack) -> None:
    policy = json.loads(
        stack.client("s3").get_bucket_policy(Bucket=stack.outputs["bucket"])["Policy"]
    )
    url = stack.photos()["items"][0]["urls"]["thumb"]

    assert any(
        statement["Effect"] == "Deny" and "aws:SecureTransport" in json.dumps(statement)
        for statement in policy["Statement"]
    )
    assert url.startswith("http://")
    assert requests.get(url, timeout=30).status_code == 200


def test_alarms_use_their_dimensions(stack: Stack) -> None:
    cloudwatch = stack.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="daybook-local-gap",
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
        data: list[JsonObject] = [
            {"MetricName": "m", "Value": 5, "Dimensions": [{"Name": "d", "Value": value}]}
        ]
        cloudwatch.put_metric_data(Namespace="gap", MetricData=data)

    put("other")
    stack.wait_for_alarm("gap", "OK")
    put("mine")
    stack.wait_for_alarm("gap", "ALARM")
    cloudwatch.delete_alarms(AlarmNames=["daybook-local-gap"])


def test_log_lines_become_metrics(stack: Stack) -> None:
    # The first scheduled run after the deployment writes them.
    cloudwatch = stack.client("cloudwatch")
    metric = {"Namespace": "daybook-local", "MetricName": "RefreshHeartbeat"}
    found = wait_until(lambda: cloudwatch.list_metrics(**metric)["Metrics"], 90)

    assert [one["Dimensions"] for one in found] == [[{"Name": "service", "Value": "tokens"}]]
    stack.wait_for_alarm("token-refresh-silent", "OK")


def test_batches_need_the_single_action(stack: Stack) -> None:
    policies = stack.client("iam")
    function = stack.outputs["functions"]["Tokens.Sweep"]
    role = (
        stack.client("lambda")
        .get_function_configuration(FunctionName=function)["Role"]
        .rpartition("/")[2]
    )
    documents = [
        json.dumps(policies.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
        for name in policies.list_role_policies(RoleName=role)["PolicyNames"]
    ]

    # The sweep sends its messages in batches; the token tests show that it is allowed to.
    assert "sqs:SendMessage" in "".join(documents)
    assert "Batch" not in "".join(documents)


def test_queue_invocations_are_counted(stack: Stack) -> None:
    # The first scheduled run after the deployment went through a queue.
    found = stack.client("cloudwatch").list_metrics(
        Namespace="AWS/Lambda", MetricName="Invocations"
    )["Metrics"]

    assert [{"Name": "FunctionName", "Value": stack.outputs["functions"]["Tokens.Sweep"]}] in [
        metric["Dimensions"] for metric in found
    ]


def test_api_requests_are_counted(stack: Stack) -> None:
    cloudwatch = stack.client("cloudwatch")
    # With a shorter span, data points that leave it between the calls would be subtracted.
    span = {
        "StartTime": datetime.now(UTC) - timedelta(hours=1),
        "EndTime": datetime.now(UTC) + timedelta(minutes=5),
        "Period": 300,
    }

    def totals() -> dict[str, float]:
        found = {}
        for name in ("Count", "4xx", "5xx"):
            [dimensions] = [
                one["Dimensions"]
                for one in cloudwatch.list_metrics(Namespace="AWS/ApiGateway", MetricName=name)[
                    "Metrics"
                ]
            ]
            asked = {
                "Namespace": "AWS/ApiGateway",
                "MetricName": name,
                "Dimensions": dimensions,
                "Statistics": ["Sum"],
            }
            found[name] = float(
                sum(
                    point["Sum"]
                    for point in cloudwatch.get_metric_statistics(**asked, **span)["Datapoints"]
                )
            )
        return found

    requests.get(f"{stack.outputs['api_url']}/health", timeout=30)
    before = totals()
    requests.get(f"{stack.outputs['api_url']}/nothing/here", timeout=30)
    after = totals()

    assert {name: after[name] - before[name] for name in after} == {"Count": 1, "4xx": 1, "5xx": 0}


def test_dead_letter_raises_alarm(stack: Stack, inbox: Inbox) -> None:
    dead = stack.outputs["queues"]["Guests.ProcessingDeadLetters"]

    stack.client("sqs").send_message(QueueUrl=dead, MessageBody="{}")

    stack.wait_for_alarm("photo-processing-stuck", "ALARM")
    notice = json.loads(inbox.wait_for("daybook-local-photo-processing-stuck")["Message"])
    assert notice["AlarmName"] == "daybook-local-photo-processing-stuck"
    assert "docs/operations.md" in notice["AlarmDescription"]
    stack.client("sqs").purge_queue(QueueUrl=dead)


def test_iam_is_enforced(stack: Stack) -> None:
    key = stack.photos()["items"][0]["urls"]["thumb"].split("?")[0]

    assert requests.get(key, timeout=30).status_code == 403


def test_object_events_name_versions(stack: Stack) -> None:
    events, sqs, bucket = stack.client("events"), stack.client("sqs"), stack.outputs["bucket"]
    url = sqs.create_queue(QueueName="gap")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    pattern = {"source": ["aws.s3"], "detail": {"object": {"key": ["gap"]}}}
    events.put_rule(Name="gap", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="gap", Targets=[{"Id": "gap", "Arn": arn["QueueArn"]}])

    stored = stack.client("s3").put_object(Bucket=bucket, Key="gap", Body=b"gap")

    [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    found = json.loads(message["Body"])["detail"]["object"]
    assert found["version-id"] == stored["VersionId"]
    events.remove_targets(Rule="gap", Ids=["gap"])
    events.delete_rule(Name="gap")
    sqs.delete_queue(QueueUrl=url)


def test_schedules_are_authorized_in_their_group(stack: Stack) -> None:
    function = stack.outputs["functions"]["Publishing.Sweep"]
    variables = stack.client("lambda").get_function_configuration(FunctionName=function)[
        "Environment"
    ]["Variables"]
    used = stack.deployment.iam_calls.read_text()

    assert variables["SCHEDULE_GROUP"] != "default"
    # The sample plans a post; the operator's function may do so in this group only.
    assert f":schedule/{variables['SCHEDULE_GROUP']}/post-" in used
    assert ":schedule/default/" not in used


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_distributions_are_served_by_path(stack: Stack, method: str) -> None:
    [media] = stack.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    key = f"posting/{'ab' * 16}.jpg"
    stack.client("s3").put_object(
        Bucket=stack.outputs["bucket"], Key=key, Body=b"picture", ContentType="image/jpeg"
    )

    for name in (media["DomainName"], media["Id"]):
        url = f"{stack.deployment.aws_url}/_aws/cloudfront/{name}"
        answer = requests.request(method, f"{url}/{key}", timeout=30)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.headers["content-length"] == "7"
        assert requests.get(f"{url}/originals/{key}", timeout=30).status_code == 403


def test_mails_are_authorized_by_their_sender(stack: Stack) -> None:
    iam, sender = stack.client("iam"), STAGES["local"]["mail_from"]
    grant = {
        "Effect": "Allow",
        "Action": "ses:SendEmail",
        "Resource": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{sender}",
        "Condition": {"StringEquals": {"ses:FromAddress": sender}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [grant]})
    iam.create_user(UserName="gap")
    iam.put_user_policy(UserName="gap", PolicyName="gap", PolicyDocument=document)
    key = iam.create_access_key(UserName="gap")["AccessKey"]
    ses = boto3.client(
        "sesv2",
        region_name=REGION,
        endpoint_url=stack.deployment.aws_url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    def sent_from(address: str) -> str:
        content: Any = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
        try:
            ses.send_email(
                FromEmailAddress=address,
                Destination={"ToAddresses": ["gap@example.org"]},
                Content=content,
            )
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "sent"

    assert sent_from(sender) == "sent"
    assert sent_from(f"other-{sender}") == "AccessDeniedException"
    iam.delete_access_key(UserName="gap", AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName="gap", PolicyName="gap")
    iam.delete_user(UserName="gap")


def test_environments_share_packages(stack: Stack) -> None:
    assert requests.get(f"{stack.outputs['api_url']}/health", timeout=30).ok
    temporary = stack.deployment.directory / "tmp"

    assert list(temporary.glob("packages/*/lambdas"))
    assert list(temporary.glob("packages/*/python"))
    assert not list(temporary.glob("ministack-lambda-*/layer_*"))
    assert not list(temporary.glob("ministack-lambda-*/code/lambdas"))
