"""Alarms and dashboard row of the analytics feature."""

from __future__ import annotations

from stacks.kit.alarms import (
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

STALE = "analytics-stale"
STALE_HOURS = 26


def analytics_alarms(stack: FeatureStack) -> tuple[CompositeSpec, ...]:
    """Return the feature's alarms."""
    age = AlarmSpec(
        name=f"{STALE}-age",
        advice="Find the account and the problem in the log of analytics.collect",
        metric=stack.own_metric("AnalyticsAgeHours", "Maximum", MINUTE),
        threshold=STALE_HOURS,
        missing=Missing.IGNORE,
    )
    # The queue's own metric has values, zeros included, as long as its function polls it: a new
    # stage has none of the eighteen yet.
    silent = AlarmSpec(
        name=f"{STALE}-silent",
        advice="Nothing looked for due numbers for three hours: check the rule CollectDue",
        metric=stack.queues["Sweep"].queue.metric_number_of_messages_deleted(
            period=TEN_MINUTES, statistic="Sum"
        ),
        threshold=1,
        comparison=LESS_THAN,
        periods=18,
        missing=Missing.IGNORE,
    )
    stale = CompositeSpec(
        name=STALE,
        advice="An account's numbers are not being collected: find out which alarm is active",
        severity=Severity.LOW,
        parts=(age, silent),
    )
    return (stale,)


def analytics_row(stack: FeatureStack) -> DashboardRow:
    """Return the feature's row of the dashboard."""
    return DashboardRow(
        "Are numbers collected?",
        (
            Graph(
                "Hours since the oldest success",
                (stack.own_metric("AnalyticsAgeHours", "Maximum", HOUR),),
            ),
            Graph(
                "Units collected",
                tuple(
                    stack.own_metric(name, "Sum", HOUR)
                    for name in ("AnalyticsCollected", "AnalyticsSweeps")
                ),
            ),
            Graph("Calls of Instagram", (stack.own_metric("AnalyticsCalls", "Sum", HOUR),)),
        ),
    )
