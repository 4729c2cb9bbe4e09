"""What words to hosts need: the permission to mail, an alarm, a row of the dashboard."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from stacks.kit.alarms import FIVE_MINUTES, HOUR, AlarmSpec
from stacks.kit.feature import FeatureStack
from stacks.kit.widgets import DashboardRow, Graph


def allow_mails(stack: FeatureStack, function: lambda_.Function, sender: str) -> None:
    """Allow mails from one address. SES checks the identity of the address or of its domain."""
    identities = (sender, sender.partition("@")[2])
    arns = [
        stack.format_arn(service="ses", resource="identity", resource_name=one)
        for one in identities
    ]
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=["ses:SendEmail"],
            resources=arns,
            conditions={"StringEquals": {"ses:FromAddress": sender}},
        )
    )


def host_notices_alarm(stack: FeatureStack) -> AlarmSpec:
    """Return the alarm of messages to hosts that were given up."""
    return AlarmSpec(
        name="host-notices-failed",
        advice="A message did not reach an event's host: find the reason in the log of guests.tidy",
        metric=stack.own_metric("HostNoticeFailed", "Sum", FIVE_MINUTES),
        threshold=1,
    )


def host_notices_row(stack: FeatureStack) -> DashboardRow:
    """Return the row of words to hosts."""
    names = ("HostNoticeSent", "HostNoticeFailed")
    metrics = tuple(stack.own_metric(one, "Sum", HOUR) for one in names)
    return DashboardRow("Do hosts get their messages?", (Graph("Sent and given up", metrics),))
