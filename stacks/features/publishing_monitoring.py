"""Alarms and dashboard row of the publishing feature."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as stepfunctions

from stacks.kit.alarms import FIVE_MINUTES, HOUR, AlarmSpec, CompositeSpec, Severity
from stacks.kit.feature import FeatureStack
from stacks.kit.widgets import DashboardRow, Graph

FAILED = "publish-failed"


def publishing_alarms(
    stack: FeatureStack, workflow: stepfunctions.StateMachine
) -> tuple[CompositeSpec, ...]:
    """Return the feature's alarms."""
    posts = AlarmSpec(
        name=f"{FAILED}-posts",
        advice="Find the post in the log: it says what was wrong and what to change",
        metric=stack.own_metric("PublishFailed", "Sum", FIVE_MINUTES),
        threshold=1,
    )
    person = _reported_by_sweeps(
        stack,
        "person",
        "PublishNeedsPerson",
        "Look at the account on Instagram, then decide about the post or the stopped queue",
    )
    late = _reported_by_sweeps(
        stack, "late", "PublishLate", "Find out what keeps posts from being published in time"
    )
    interrupted = AlarmSpec(
        name=f"{FAILED}-workflow",
        advice="Find out which step of the workflow failed; the sweep continues the post",
        metric=workflow.metric_failed(period=FIVE_MINUTES, statistic="Sum"),
        threshold=1,
    )
    endless = AlarmSpec(
        name=f"{FAILED}-workflow-timed-out",
        advice="A post waited for eight days: find out for what",
        metric=workflow.metric_timed_out(period=FIVE_MINUTES, statistic="Sum"),
        threshold=1,
    )
    failed = CompositeSpec(
        name=FAILED,
        advice="A post is not public as promised: find out which alarm is active, and which post",
        severity=Severity.CRITICAL,
        parts=(posts, person, late, interrupted, endless),
    )
    return (failed,)


def publishing_row(stack: FeatureStack, workflow: stepfunctions.StateMachine) -> DashboardRow:
    """Return the feature's row of the dashboard."""
    outcomes = tuple(stack.own_metric(one, "Sum", HOUR) for one in ("Published", "PublishFailed"))
    waiting = ("PublishWaiting", "PublishNeedsPerson", "PublishLate")
    levels = tuple(stack.own_metric(one, "Maximum", HOUR) for one in waiting)
    delay = tuple(
        stack.own_metric("PublishDelaySeconds", statistic, HOUR) for statistic in ("p50", "Maximum")
    )
    return DashboardRow(
        "Are posts published?",
        (
            Graph("Published and failed", outcomes),
            Graph("Waiting, late, and for a person", levels),
            Graph("Seconds from the due time to the publication", delay),
            Graph("Executions of the workflow", _executions(workflow)),
        ),
    )


def _executions(workflow: stepfunctions.StateMachine) -> tuple[cloudwatch.IMetric, ...]:
    return (
        workflow.metric_started(period=HOUR, statistic="Sum"),
        workflow.metric_succeeded(period=HOUR, statistic="Sum"),
        workflow.metric_failed(period=HOUR, statistic="Sum"),
    )


def _reported_by_sweeps(stack: FeatureStack, part: str, metric: str, advice: str) -> AlarmSpec:
    """Return an alarm on a number that each sweep reports.

    Sweeps are five minutes apart, more or less: one of two periods has a value.
    """
    return AlarmSpec(
        name=f"{FAILED}-{part}",
        advice=advice,
        metric=stack.own_metric(metric, "Maximum", FIVE_MINUTES),
        threshold=1,
        periods=2,
        breaching=1,
    )
