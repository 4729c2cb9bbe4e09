"""The dashboard: are guests served, are photos flowing, are tokens healthy, is the Graph budget fine?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.api import ApiStack
from stacks.kit.alarms import Alarms
from stacks.kit.feature import FeatureStack

OwnMetric = Callable[..., cloudwatch.Metric]
FIVE_MINUTES = Duration.minutes(5)
HOUR = Duration.hours(1)
WIDTH = 8


def add_dashboard(
    scope: Construct,
    name: str,
    alarms: Alarms,
    api: ApiStack,
    features: Mapping[str, FeatureStack],
    own: OwnMetric,
) -> cloudwatch.Dashboard:
    """One row for each question, in the order in which somebody who was woken asks them. `own` gives the functions' own metrics."""
    dashboard = cloudwatch.Dashboard(
        scope, "Dashboard", dashboard_name=name, default_interval=Duration.days(1)
    )
    every = [alarm for severity in alarms.by_severity.values() for alarm in severity]
    dashboard.add_widgets(
        cloudwatch.AlarmStatusWidget(title="What is on?", alarms=every, width=24, height=3)
    )
    _row(dashboard, "Are guests served?", _guests(api, features))
    if "guests" in features:
        _row(dashboard, "Are photos flowing?", _photos(features["guests"]))
    if "tokens" in features:
        _row(dashboard, "Are tokens healthy?", _tokens(own))
    _row(dashboard, "Is the Graph budget fine?", _graph(own))
    return dashboard


def _row(dashboard: cloudwatch.Dashboard, question: str, widgets: list[cloudwatch.IWidget]) -> None:
    dashboard.add_widgets(cloudwatch.TextWidget(markdown=f"## {question}", width=24, height=1))
    dashboard.add_widgets(*widgets)


def _graphs(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=WIDTH, height=6)


def _guests(api: ApiStack, features: Mapping[str, FeatureStack]) -> list[cloudwatch.IWidget]:
    def of(name: str, statistic: str) -> cloudwatch.Metric:
        return api.api.metric(name, statistic=statistic, period=FIVE_MINUTES)

    functions = [
        function for feature in features.values() for function in feature.functions.values()
    ]
    throttles = [
        function.metric_throttles(period=FIVE_MINUTES, statistic="Sum") for function in functions
    ]
    return [
        _graphs("Requests and refusals", of("Count", "Sum"), of("4xx", "Sum"), of("5xx", "Sum")),
        _graphs("Latency in ms", of("Latency", "p50"), of("Latency", "p95"), of("Latency", "p99")),
        _graphs("Functions held back", *throttles),
    ]


def _photos(guests: FeatureStack) -> list[cloudwatch.IWidget]:
    queue, dead = guests.queues["Processing"]
    process, upload = guests.functions["process"], guests.functions["upload"]
    return [
        _graphs(
            "Announced and processed",
            upload.metric_invocations(period=FIVE_MINUTES, statistic="Sum"),
            process.metric_invocations(period=FIVE_MINUTES, statistic="Sum"),
        ),
        _graphs(
            "Waiting",
            queue.metric_approximate_age_of_oldest_message(
                period=FIVE_MINUTES, statistic="Maximum"
            ),
            dead.metric_approximate_number_of_messages_visible(
                period=FIVE_MINUTES, statistic="Maximum"
            ),
        ),
        _graphs(
            "Time for one photo, in ms",
            process.metric_duration(period=FIVE_MINUTES, statistic="p95"),
        ),
    ]


def _tokens(own: OwnMetric) -> list[cloudwatch.IWidget]:
    return [
        _graphs(
            "Accounts",
            own("ConnectedAccounts", "Maximum", HOUR),
            own("AccountsFailing", "Maximum", HOUR),
            own("AccountsNeedingPerson", "Maximum", HOUR),
        ),
        _graphs("Days to the nearest end", own("DaysToExpiry", "Minimum", HOUR)),
        _graphs(
            "Refreshes",
            own("TokenRefreshed", "Sum", HOUR),
            own("TokenRefreshFailed", "Sum", HOUR),
            own("RefreshHeartbeat", "Sum", HOUR),
        ),
    ]


def _graph(own: OwnMetric) -> list[cloudwatch.IWidget]:
    return [
        _graphs(
            "Percent of Meta's limits used", own("GraphUsage", "Maximum", FIVE_MINUTES, "graph")
        ),
        _graphs(
            "Versions and stores",
            own("GraphVersionMismatch", "Sum", HOUR, "graph"),
            own("GraphVersionEnding", "Sum", HOUR, "graph"),
            own("GraphStoreFailed", "Sum", HOUR, "graph"),
        ),
    ]
