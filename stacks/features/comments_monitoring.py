"""Alarms and dashboard row of the comments feature."""

from __future__ import annotations

from aws_cdk import Duration

from stacks.kit.alarms import (
    FIVE_MINUTES,
    HOUR,
    LESS_THAN,
    MINUTE,
    TEN_MINUTES,
    AlarmSpec,
    CompositeSpec,
    Missing,
    Severity,
)
from stacks.kit.feature import FeatureStack
from stacks.kit.widgets import DashboardRow, Graph

REJECTED, SILENT, OVERDUE = "webhook-rejected", "webhook-silent", "inbox-overdue"
# Scanners try the address now and then: it takes more to be of interest.
REFUSED_SIGNATURES = 6
# A small account has few webhooks: if all of them are refused, this many within hours are enough.
REFUSED_ALONE, HOURS_ALONE = 3, Duration.hours(6)


def comments_alarms(stack: FeatureStack) -> tuple[CompositeSpec, ...]:
    """Return the feature's alarms."""
    return (_rejected(stack), _silent(stack), _overdue(stack))


def comments_row(stack: FeatureStack) -> DashboardRow:
    """Return the feature's row of the dashboard."""
    sums = {
        "Updates, and calls that were refused": (
            "WebhookUpdates",
            "WebhookRejected",
            "WebhookUnreadable",
            "WebhookHomeless",
        ),
        "New items, what rules matched, escalations": ("ItemsNew", "RuleHits", "InboxEscalated"),
        "What was done, failed, or is uncertain": (
            "ActionsDone",
            "ActionsFailed",
            "ActionsUncertain",
        ),
        "Sweeps; found by reading, missed by webhooks": (
            "InboxSweeps",
            "BackfillFound",
            "BackfillMissed",
        ),
    }
    graphs = [
        Graph(title, tuple(stack.own_metric(name, "Sum", HOUR) for name in names))
        for title, names in sums.items()
    ]
    waiting = ("InboxOverdue", "WebhookSilentAccounts")
    delay = tuple(
        stack.own_metric("AnswerDelaySeconds", statistic, HOUR) for statistic in ("p50", "Maximum")
    )
    return DashboardRow(
        "Are comments answered?",
        (
            *graphs,
            Graph(
                "Overdue, and accounts without webhooks",
                tuple(stack.own_metric(name, "Maximum", HOUR) for name in waiting),
            ),
            Graph("Seconds from the webhook to the answer", delay),
        ),
    )


def _rejected(stack: FeatureStack) -> CompositeSpec:
    signatures = _counted(
        stack,
        f"{REJECTED}-signatures",
        "WebhookRejected",
        "Compare the app secrets with those in Meta's dashboard",
        threshold=REFUSED_SIGNATURES,
    )
    # Accepted calls take so much away from this metric that its sum stays below 0.
    secret = AlarmSpec(
        name=f"{REJECTED}-secret",
        advice="No webhook is accepted: enter the app secrets again, as in Meta's dashboard",
        metric=stack.own_metric("WebhookRejectedOnly", "Sum", HOURS_ALONE),
        threshold=REFUSED_ALONE,
    )
    homeless = _counted(
        stack,
        f"{REJECTED}-homeless",
        "WebhookHomeless",
        "Find out which account sends webhooks here without being connected",
    )
    unreadable = _counted(
        stack,
        f"{REJECTED}-unreadable",
        "WebhookUnreadable",
        "Look at what Meta sent, under webhooks/ in the bucket",
    )
    return CompositeSpec(
        name=REJECTED,
        advice="Webhooks are not taken as they come: find out which alarm is active",
        # Meta repeats them for 36 hours, and anyone on the internet can send bad ones.
        severity=Severity.LOW,
        parts=(signatures, secret, homeless, unreadable),
    )


def _silent(stack: FeatureStack) -> CompositeSpec:
    # Each sweep reports the number: the alarm stays on until it is 0 again.
    accounts = AlarmSpec(
        name=f"{SILENT}-accounts",
        advice="Find the account at GET /instagram/subscriptions, which says what is wrong",
        metric=stack.own_metric("WebhookSilentAccounts", "Maximum", MINUTE),
        threshold=1,
        missing=Missing.IGNORE,
    )
    # The queue's own metric has values, zeros included, as long as its function polls it: a new
    # stage has none of the three yet.
    sweeps = AlarmSpec(
        name=f"{SILENT}-sweeps",
        advice="No sweep ended for half an hour: look at the rule SweepInbox and comments.sweep",
        metric=stack.queues["Sweep"].queue.metric_number_of_messages_deleted(
            period=TEN_MINUTES, statistic="Sum"
        ),
        threshold=1,
        comparison=LESS_THAN,
        periods=3,
        missing=Missing.IGNORE,
    )
    return CompositeSpec(
        name=SILENT,
        advice="Comments or messages do not arrive: find out which alarm is active, and whose",
        severity=Severity.CRITICAL,
        parts=(accounts, sweeps),
    )


def _overdue(stack: FeatureStack) -> CompositeSpec:
    promises = AlarmSpec(
        name=f"{OVERDUE}-promises",
        advice="Answer what waits at GET /instagram/inbox?state=escalated, the oldest first",
        metric=stack.own_metric("InboxOverdue", "Maximum", MINUTE),
        threshold=1,
        missing=Missing.IGNORE,
    )
    uncertain = _counted(
        stack,
        f"{OVERDUE}-uncertain",
        "ActionsUncertain",
        "Find the action by its line in the log, look at Instagram, then decide",
    )
    return CompositeSpec(
        name=OVERDUE,
        advice="A customer waits for an answer: find out which alarm is active",
        severity=Severity.CRITICAL,
        parts=(promises, uncertain),
    )


def _counted(
    stack: FeatureStack, name: str, metric: str, advice: str, *, threshold: int = 1
) -> AlarmSpec:
    """Return an alarm that is on after something was counted."""
    return AlarmSpec(
        name=name,
        advice=advice,
        metric=stack.own_metric(metric, "Sum", FIVE_MINUTES),
        threshold=threshold,
    )
