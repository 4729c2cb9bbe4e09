"""Alarms and dashboard row of the publishing feature."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as stepfunctions

from stacks.kit.alarms import (
    FIVE_MINUTES,
    HOUR,
    LESS_THAN,
    TEN_MINUTES,
    AlarmSpec,
    CompositeSpec,
    Missing,
    Severity,
)
from stacks.kit.feature import FeatureStack
from stacks.kit.widgets import DashboardRow, Graph

FAILED = "publish-failed"
OUTCOMES = ("Published", "PublishLate", "PublishFailed", "PublishNeedsPerson")


def publishing_alarms(
    stack: FeatureStack, workflow: stepfunctions.StateMachine
) -> tuple[CompositeSpec, ...]:
    """Return the feature's alarms."""
    posts = _counted(
        stack,
        "posts",
        "PublishFailed",
        "Read the notice of the post: it says what was wrong and what to change",
    )
    person = _counted(
        stack,
        "person",
        "PublishNeedsPerson",
        "Read the notice of the post: look at the account on Instagram, then decide",
    )
    late = _counted(
        stack, "late", "PublishLate", "Find out what kept a post from being published in time"
    )
    # The queue's own metric has values, zeros included, as long as its function polls it: a new
    # stage has none of the three yet.
    silent = AlarmSpec(
        name=f"{FAILED}-silent",
        advice="No sweep ended for half an hour: look at the rule SweepPosts and publishing.sweep",
        metric=stack.queues["Sweep"].queue.metric_number_of_messages_deleted(
            period=TEN_MINUTES, statistic="Sum"
        ),
        threshold=1,
        comparison=LESS_THAN,
        periods=3,
        missing=Missing.IGNORE,
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
        parts=(posts, person, late, silent, interrupted, endless),
    )
    return (failed,)


def publishing_row(stack: FeatureStack, workflow: stepfunctions.StateMachine) -> DashboardRow:
    """Return the feature's row of the dashboard."""
    outcomes = tuple(stack.own_metric(one, "Sum", HOUR) for one in OUTCOMES)
    waiting = stack.own_metric("PublishOpen", "Maximum", HOUR)
    sweeps = stack.own_metric("PublishSweeps", "Sum", HOUR)
    delay = tuple(
        stack.own_metric("PublishDelaySeconds", statistic, HOUR) for statistic in ("p50", "Maximum")
    )
    return DashboardRow(
        "Are posts published?",
        (
            Graph("Published, late, failed, for a person", outcomes),
            Graph("Waiting or in work, and sweeps over them", (waiting, sweeps)),
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


def _counted(stack: FeatureStack, part: str, metric: str, advice: str) -> AlarmSpec:
    """Return an alarm that is on after something was counted."""
    return AlarmSpec(
        name=f"{FAILED}-{part}",
        advice=advice,
        metric=stack.own_metric(metric, "Sum", FIVE_MINUTES),
        threshold=1,
    )
