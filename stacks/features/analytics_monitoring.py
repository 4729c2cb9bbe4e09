"""Alarms and dashboard row of the analytics feature."""

from __future__ import annotations

from stacks.kit.alarms import HOUR, LESS_THAN, MINUTE, AlarmSpec, CompositeSpec, Missing, Severity
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
    silent = AlarmSpec(
        name=f"{STALE}-silent",
        advice="Nothing looked for due numbers for three hours: check the rule CollectDue",
        metric=stack.own_metric("AnalyticsSweeps", "Sum", HOUR),
        threshold=1,
        comparison=LESS_THAN,
        periods=3,
        missing=Missing.BREACHING,
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
