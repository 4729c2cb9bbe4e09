"""Where the schedules of posts are, and what they may do: put a post into the queue Start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler

from stacks.kit.feature import FeatureStack
from stacks.kit.functions import OWN_POLICY, AddedQueue
from stacks.kit.grants import Pattern
from stacks.kit.guardrails import acknowledge

PUTS = ("scheduler:CreateSchedule", "scheduler:UpdateSchedule")


@dataclass(frozen=True)
class PostSchedules:
    """The group of all schedules, and the role that they share; they fill the queue `start`."""

    stack: FeatureStack
    group: scheduler.CfnScheduleGroup
    role: iam.Role
    start: AddedQueue

    @property
    def settings(self) -> dict[str, Any]:
        """Return the settings of functions that change schedules or start posts."""
        return {
            "start_queue_url": self.start.queue.queue_url,
            "start_queue_arn": self.start.queue.queue_arn,
            "start_dead_letters_arn": self.start.dead_letters.queue_arn,
            "schedule_group": self.group.ref,
            "scheduler_role_arn": self.role.role_arn,
        }

    def allow_puts(self, *functions: lambda_.Function) -> None:
        """Allow creating and moving the group's schedules, and giving them this one role."""
        for function in functions:
            self.stack.allow(function, PUTS, self._schedules())
            function.add_to_role_policy(
                iam.PolicyStatement(
                    actions=["iam:PassRole"],
                    resources=[self.role.role_arn],
                    conditions={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
                )
            )

    def allow_drops(self, *functions: lambda_.Function) -> None:
        """Allow deleting the group's schedules."""
        for function in functions:
            self.stack.allow(function, ["scheduler:DeleteSchedule"], self._schedules())

    def _schedules(self) -> Pattern:
        arn = self.stack.format_arn(
            service="scheduler", resource="schedule", resource_name=f"{self.group.ref}/*"
        )
        reason = "Schedules are created with posts: only their group is known."
        return Pattern.of(self.stack, arn, reason)


def add_schedules(stack: FeatureStack, start: AddedQueue) -> PostSchedules:
    """Add the group of schedules, and the role that may only put messages into the queue."""
    group = scheduler.CfnScheduleGroup(stack, "Schedules")
    return PostSchedules(stack, group, _role(stack, group, start), start)


def _role(stack: Stack, group: scheduler.CfnScheduleGroup, start: AddedQueue) -> iam.Role:
    # Without the conditions, schedules of another account could use the role through the service.
    # Source: "Confused deputy prevention in EventBridge Scheduler" in its user guide.
    mine = {"aws:SourceAccount": stack.account, "aws:SourceArn": group.attr_arn}
    role = iam.Role(
        stack,
        "SchedulerRole",
        assumed_by=iam.ServicePrincipal(
            "scheduler.amazonaws.com", conditions={"StringEquals": mine}
        ),
    )
    queues = [start.queue.queue_arn, start.dead_letters.queue_arn]
    role.add_to_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=queues))
    acknowledge(role, "NIST.800.53.R5-IAMNoInlinePolicy", OWN_POLICY)
    return role
