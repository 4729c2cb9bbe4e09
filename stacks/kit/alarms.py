"""How features declare alarms, and how a declared alarm is made.

Each alarm is named after its runbook section, notifies the topic, and is rolled up by severity.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.kit.guardrails import acknowledge

AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
LESS_THAN = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
Missing = cloudwatch.TreatMissingData

MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)
TEN_MINUTES = Duration.minutes(10)
HOUR = Duration.hours(1)
FUNCTION_ERRORS = "function-errors"


class Severity(enum.StrEnum):
    """How urgent an alarm is: the names of the two alarms that roll up all others."""

    CRITICAL = "severity-critical"
    LOW = "severity-low"


@dataclass(frozen=True, kw_only=True)
class AlarmSpec:
    """An alarm on one metric: on when `breaching` of the last `periods` reach the threshold.

    `advice` says in one sentence what to do. Without `breaching` all periods must reach it.
    """

    name: str
    advice: str
    metric: cloudwatch.IMetric
    threshold: float
    severity: Severity = Severity.LOW
    comparison: cloudwatch.ComparisonOperator = AT_LEAST
    periods: int = 1
    breaching: int | None = None
    missing: cloudwatch.TreatMissingData = Missing.NOT_BREACHING


@dataclass(frozen=True, kw_only=True)
class CompositeSpec:
    """An alarm that is on while any of its parts is.

    Errors of functions and dead letters of queues that name it are further parts.
    """

    name: str
    advice: str
    severity: Severity
    parts: tuple[AlarmSpec, ...] = ()


class Alarms:
    """The alarms of a stage."""

    def __init__(self, scope: Construct, prefix: str, topic: sns.ITopic, runbook_url: str) -> None:
        self.scope = scope
        self._prefix = prefix
        self._topic = topic
        self._runbook_url = runbook_url
        self.by_severity: dict[Severity, list[cloudwatch.AlarmBase]] = {
            severity: [] for severity in Severity
        }

    def add(self, spec: AlarmSpec) -> None:
        """Make an alarm that notifies."""
        self._notify(self._alarm(spec, spec.name), spec.severity)

    def add_composite(self, spec: CompositeSpec, parts: Sequence[AlarmSpec]) -> None:
        """Make an alarm over parts, which do not notify by themselves."""
        alarms = [self._alarm(part, spec.name) for part in parts]
        reason = f"The alarm {spec.name} includes it and notifies people, once for all parts."
        for alarm in alarms:
            acknowledge(alarm, "NIST.800.53.R5-CloudWatchAlarmAction", reason)
        self._notify(self._any_of(spec.name, spec.advice, alarms), spec.severity)

    def page(self, page_topic: sns.ITopic) -> None:
        """Notify a pager of every critical alarm. For alarms that no other one rolls up."""
        for alarm in self.by_severity[Severity.CRITICAL]:
            alarm.add_alarm_action(actions.SnsAction(page_topic))
            alarm.add_ok_action(actions.SnsAction(page_topic))

    def roll_up(self, page_topic: sns.ITopic | None) -> None:
        """Make one alarm per severity over all others.

        The alarms below them notify; `page_topic` is notified of the critical one as well.
        """
        advice = {
            Severity.CRITICAL: "Guests, posts or tokens are affected: find the alarm below it",
            Severity.LOW: "Nothing is lost yet: in the morning, find the alarm below this one",
        }
        for severity, parts in self.by_severity.items():
            alarm = self._any_of(severity.value, advice[severity], parts)
            if page_topic and severity is Severity.CRITICAL:
                alarm.add_alarm_action(actions.SnsAction(page_topic))
                alarm.add_ok_action(actions.SnsAction(page_topic))

    def _alarm(self, spec: AlarmSpec, section: str) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self.scope,
            spec.name,
            alarm_name=f"{self._prefix}-{spec.name}",
            alarm_description=self._description(spec.advice, section),
            metric=spec.metric,
            threshold=spec.threshold,
            evaluation_periods=spec.periods,
            datapoints_to_alarm=spec.breaching,
            comparison_operator=spec.comparison,
            treat_missing_data=spec.missing,
        )

    def _any_of(
        self, name: str, advice: str, parts: Sequence[cloudwatch.AlarmBase]
    ) -> cloudwatch.CompositeAlarm:
        on = [cloudwatch.AlarmRule.from_alarm(part, cloudwatch.AlarmState.ALARM) for part in parts]
        return cloudwatch.CompositeAlarm(
            self.scope,
            name,
            composite_alarm_name=f"{self._prefix}-{name}",
            alarm_description=self._description(advice, name),
            alarm_rule=cloudwatch.AlarmRule.any_of(*on),
        )

    def _notify(self, alarm: cloudwatch.AlarmBase, severity: Severity) -> None:
        action = actions.SnsAction(self._topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        self.by_severity[severity].append(alarm)

    def _description(self, advice: str, section: str) -> str:
        """Return the text of a notification: what to do, and the runbook section."""
        return f"{advice}; see {section} in docs/operations.md. {self._runbook_url}#{section}"
