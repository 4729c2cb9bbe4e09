"""How an alarm is made: named after its runbook section, told to the topic, and rolled up by how urgent it is."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.kit.guardrails import acknowledge

AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
LESS_THAN = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
Missing = cloudwatch.TreatMissingData


class Severity(enum.StrEnum):
    """How urgent an alarm is: the names of the two alarms that roll all others up."""

    PAGE = "severity-critical"
    TOMORROW = "severity-low"


class Alarms:
    """The alarms of a stage. `advice` says in one sentence what to do; the runbook section is added to it."""

    def __init__(self, scope: Construct, prefix: str, topic: sns.ITopic) -> None:
        self._scope = scope
        self._prefix = prefix
        self._topic = topic
        self.by_severity: dict[Severity, list[cloudwatch.AlarmBase]] = {
            severity: [] for severity in Severity
        }

    def alarm(
        self,
        name: str,
        advice: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        severity: Severity,
        *,
        comparison: cloudwatch.ComparisonOperator = AT_LEAST,
        periods: int = 1,
        breaching: int | None = None,
        missing: cloudwatch.TreatMissingData = Missing.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        """An alarm on one metric: on when `breaching` of the last `periods` are over the threshold (all of them, unless it says less)."""
        made = self.part(
            name,
            name,
            advice,
            metric,
            threshold,
            comparison=comparison,
            periods=periods,
            breaching=breaching,
            missing=missing,
        )
        self._notify(made, severity)
        return made

    def part(
        self,
        section: str,
        name: str,
        advice: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        *,
        comparison: cloudwatch.ComparisonOperator = AT_LEAST,
        periods: int = 1,
        breaching: int | None = None,
        missing: cloudwatch.TreatMissingData = Missing.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        """A part of the composite alarm `section`, which tells people of it."""
        return cloudwatch.Alarm(
            self._scope,
            name,
            alarm_name=f"{self._prefix}-{name}",
            alarm_description=_description(advice, section),
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=breaching,
            comparison_operator=comparison,
            treat_missing_data=missing,
        )

    def composite(
        self, name: str, advice: str, parts: Sequence[cloudwatch.Alarm], severity: Severity
    ) -> None:
        """An alarm that is on while any of its parts is."""
        for part in parts:
            acknowledge(
                part,
                "NIST.800.53.R5-CloudWatchAlarmAction",
                f"The alarm {name} stands over it and tells people, once for all.",
            )
        self._notify(self._any_of(name, advice, parts), severity)

    def roll_up(self) -> None:
        """One alarm for each severity over all that were made. They tell nobody: their parts did, and a pager may be attached to one."""
        advice = {
            Severity.PAGE: "Guests or tokens suffer now, so look which alarm below this one is on",
            Severity.TOMORROW: "Nothing is lost yet, so look in the morning which alarm below this one is on",
        }
        for severity, parts in self.by_severity.items():
            self._any_of(severity.value, advice[severity], parts)

    def _any_of(
        self, name: str, advice: str, parts: Sequence[cloudwatch.AlarmBase]
    ) -> cloudwatch.CompositeAlarm:
        rule = cloudwatch.AlarmRule.any_of(
            *(cloudwatch.AlarmRule.from_alarm(part, cloudwatch.AlarmState.ALARM) for part in parts)
        )
        return cloudwatch.CompositeAlarm(
            self._scope,
            name,
            composite_alarm_name=f"{self._prefix}-{name}",
            alarm_description=_description(advice, name),
            alarm_rule=rule,
        )

    def _notify(self, alarm: cloudwatch.AlarmBase, severity: Severity) -> None:
        action = actions.SnsAction(self._topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        self.by_severity[severity].append(alarm)


def _description(advice: str, section: str) -> str:
    return f"{advice}; see {section} in docs/operations.md."
