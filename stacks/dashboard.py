"""The dashboard: one row for each question, in the order in which a responder asks them."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.kit.alarms import FIVE_MINUTES, Alarms
from stacks.kit.feature import FeatureStack
from stacks.kit.widgets import DashboardRow, Graph

WIDTH = 8


def add_dashboard(
    scope: Construct,
    name: str,
    alarms: Alarms,
    features: Sequence[FeatureStack],
    graph_row: DashboardRow,
) -> cloudwatch.Dashboard:
    """Add the dashboard: the alarms, the features' rows, and the Graph API's limits."""
    dashboard = cloudwatch.Dashboard(
        scope, "Dashboard", dashboard_name=name, default_interval=Duration.days(1)
    )
    every = [alarm for severity in alarms.by_severity.values() for alarm in severity]
    dashboard.add_widgets(
        cloudwatch.AlarmStatusWidget(title="Active alarms", alarms=every, width=24, height=3)
    )
    rows = [row for feature in features for row in feature.dashboard_rows]
    for row in (*rows, _throttles(features), graph_row):
        title = cloudwatch.TextWidget(markdown=f"## {row.question}", width=24, height=1)
        dashboard.add_widgets(title)
        dashboard.add_widgets(*map(_widget, row.graphs))
    return dashboard


def _throttles(features: Sequence[FeatureStack]) -> DashboardRow:
    added = [function for feature in features for function in feature.functions.values()]
    metrics = tuple(
        one.function.metric_throttles(period=FIVE_MINUTES, statistic="Sum") for one in added
    )
    return DashboardRow("Are functions throttled?", (Graph("Throttled invocations", metrics),))


def _widget(graph: Graph) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=graph.title, left=list(graph.metrics), width=WIDTH, height=6
    )
