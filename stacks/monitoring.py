"""Alarms and dashboard, from what the features declare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_cdk import Environment, Stack
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
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
from stacks.kit.functions import AddedFunction, AddedQueue, SiteCheck
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
        prefix = f"daybook-{config.stage}"
        alarms = Alarms(self, prefix, storage.topic, config.runbook_url)
        declared = [spec for feature in features for spec in feature.alarms]
        for spec in (ERRORS, *declared, graph.alarm()):
            if isinstance(spec, CompositeSpec):
                alarms.add_composite(spec, [*spec.parts, *self._parts_of(spec.name)])
            else:
                alarms.add(spec)
        alarms.roll_up(self._page_topic(config))
        for feature in features:
            for check in feature.site_checks:
                self._start(check)
        if config.monthly_budget_usd:
            self._add_budget(config)
        name = f"daybook-{config.stage}-{config.region}"
        add_dashboard(self, name, alarms, features, graph.row())

    def _start(self, check: SiteCheck) -> None:
        """Run a check of the site at its times. Its queues allow the rule by the rule's name."""
        queue, dead_letters = (
            sqs.Queue.from_queue_arn(self, f"{check.queue.spec.name}{name}", one.queue_arn)
            for name, one in (
                ("Queue", check.queue.queue),
                ("DeadLetters", check.queue.dead_letters),
            )
        )
        target = targets.SqsQueue(
            queue,
            dead_letter_queue=dead_letters,
            message=events.RuleTargetInput.from_object(dict(check.message)),
        )
        name = check.rule_name.rpartition("-")[2]
        events.Rule(
            self, name, rule_name=check.rule_name, schedule=check.schedule, targets=[target]
        )

    def _page_topic(self, config: StageConfig) -> sns.ITopic | None:
        arn = config.page_topic_arn
        return sns.Topic.from_topic_arn(self, "PageTopic", arn) if arn else None

    def _add_budget(self, config: StageConfig) -> None:
        """Send a mail when the forecast of the account's monthly cost exceeds the budget."""
        limit = {"amount": config.monthly_budget_usd, "unit": "USD"}
        email = {"subscriptionType": "EMAIL", "address": config.alarm_email}
        notification = {
            "notificationType": "FORECASTED",
            "comparisonOperator": "GREATER_THAN",
            "threshold": 100,
            "thresholdType": "PERCENTAGE",
        }
        budgets.CfnBudget(
            self,
            "Budget",
            budget={
                # Budgets are the whole account's: sites of one stage in two regions have one each.
                "budgetName": f"daybook-{config.stage}-{config.region}",
                "budgetType": "COST",
                "timeUnit": "MONTHLY",
                "budgetLimit": limit,
            },
            notifications_with_subscribers=[{"notification": notification, "subscribers": [email]}],
        )

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
        advice=f"Read the log of {feature}.{name} (log group {added.log_group_hint}) for the error",
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
