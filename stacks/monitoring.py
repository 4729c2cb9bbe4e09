"""Alarms and dashboard, from what the features declare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_cdk import Environment, Stack
from constructs import Construct

from stacks.config import StageConfig
from stacks.dashboard import add_dashboard
from stacks.instagram import GraphMonitoring
from stacks.kit.alarms import (
    FIVE_MINUTES,
    FUNCTION_ERRORS,
    Alarms,
    AlarmSpec,
    CompositeSpec,
    Severity,
)
from stacks.kit.feature import FeatureStack
from stacks.kit.functions import AddedFunction, AddedQueue
from stacks.storage import StorageStack

ERRORS = CompositeSpec(
    name=FUNCTION_ERRORS,
    advice="Find the function whose alarm is active and read its log",
    severity=Severity.LOW,
)


class MonitoringStack(Stack):
    """Each alarm says in one sentence what to do and names its section of the runbook."""

    def __init__(
        self,
        scope: Construct,
        config: StageConfig,
        storage: StorageStack,
        features: Sequence[FeatureStack],
    ) -> None:
        environment = Environment(account=config.account, region=config.region)
        super().__init__(scope, "Monitoring", env=environment)
        self._features = features
        graph = GraphMonitoring(features[0].metrics_namespace)
        alarms = Alarms(self, f"daybook-{config.stage}", storage.topic)
        declared = [spec for feature in features for spec in feature.alarms]
        for spec in (ERRORS, *declared, graph.alarm()):
            if isinstance(spec, CompositeSpec):
                alarms.add_composite(spec, [*spec.parts, *self._parts_of(spec.name)])
            else:
                alarms.add(spec)
        alarms.roll_up()
        name = f"daybook-{config.stage}-{config.region}"
        add_dashboard(self, name, alarms, features, graph.row())

    def _parts_of(self, section: str) -> Iterator[AlarmSpec]:
        """Return the alarms on errors and dead letters that belong to a composite alarm."""
        for feature in self._features:
            for function in feature.functions.values():
                if function.spec.error_alarm == section:
                    yield _errors(feature.feature, function)
        for feature in self._features:
            for queue in feature.queues.values():
                if queue.spec.dead_letter_alarm == section:
                    yield _dead_letters(feature.feature, queue)


def _errors(feature: str, added: AddedFunction) -> AlarmSpec:
    name, section = added.spec.name, added.spec.error_alarm
    shared = section == FUNCTION_ERRORS
    return AlarmSpec(
        name=f"{section}-{feature}-{name}" if shared else f"{section}-{name}",
        advice=f"Read the log of {feature}.{name} for the exception",
        metric=added.function.metric_errors(period=FIVE_MINUTES, statistic="Sum"),
        threshold=1,
    )


def _dead_letters(feature: str, added: AddedQueue) -> AlarmSpec:
    queue, section = added.spec.name.lower(), added.spec.dead_letter_alarm
    place = f"{feature}-{queue}" if section == FUNCTION_ERRORS else queue
    return AlarmSpec(
        name=added.spec.dead_letter_name or f"{section}-{place}-dead-letters",
        advice="Find out why messages failed repeatedly, then redrive them",
        metric=added.dead_letters.metric_approximate_number_of_messages_visible(
            period=FIVE_MINUTES, statistic="Maximum"
        ),
        threshold=1,
    )
