"""Base of a stack with queues, and with rules and schedules that fill them."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from lambdas.kit.events import DomainEvent
from stacks.config import StageConfig
from stacks.kit.foundation import Foundation
from stacks.kit.function_stack import FunctionStack
from stacks.kit.functions import AddedQueue, QueueSpec, SiteCheck
from stacks.kit.guardrails import acknowledge

DEAD_LETTER_RETENTION = Duration.days(14)
QUEUE_RETENTION = Duration.days(14)


class QueueStack(FunctionStack):
    """A stack whose functions are fed by queues."""

    def __init__(self, scope: Construct, config: StageConfig, foundation: Foundation) -> None:
        super().__init__(scope, config, foundation)
        self.queues: dict[str, AddedQueue] = {}
        self.site_checks: list[SiteCheck] = []

    def add_queue(self, spec: QueueSpec, function: str) -> AddedQueue:
        """Add a queue that feeds a function of the feature, and its dead letters."""
        added = self.functions[function]
        dead_letters = sqs.Queue(
            self,
            f"{spec.name}DeadLetters",
            retention_period=DEAD_LETTER_RETENTION,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        seconds = spec.visibility_timeout_seconds or 6 * added.spec.timeout_seconds
        queue = sqs.Queue(
            self,
            f"{spec.name}Queue",
            visibility_timeout=Duration.seconds(seconds),
            retention_period=QUEUE_RETENTION,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=dead_letters, max_receive_count=spec.max_receive_count
            ),
        )
        # A queue that delivers more than its function may take uses up the messages' attempts.
        # Source: "Configuring scaling behavior for SQS event source mappings" in the Lambda guide.
        added.function.add_event_source(
            sources.SqsEventSource(
                queue,
                batch_size=1,
                report_batch_item_failures=True,
                max_concurrency=spec.max_concurrency or added.spec.reserved_concurrency,
            )
        )
        acknowledge(
            dead_letters,
            "Serverless-SQSRedrivePolicy",
            "Failed messages end here; an alarm watches its depth.",
        )
        acknowledge(
            added.function,
            "Serverless-LambdaEventSourceMappingDestination",
            "Failed messages return to the queue and end in its dead letters.",
        )
        self.queues[spec.name] = AddedQueue(spec, queue, dead_letters)
        return self.queues[spec.name]

    def on_event(self, queue: str, event: type[DomainEvent], bus: events.IEventBus) -> None:
        """Put a domain event's occurrences into a queue of the feature."""
        pattern = events.EventPattern(source=[event.source], detail_type=[event.detail_type()])
        self.add_rule(event.detail_type(), pattern, queue, bus)

    def add_rule(
        self,
        name: str,
        pattern: events.EventPattern,
        queue: str,
        bus: events.IEventBus | None = None,
    ) -> events.Rule:
        """Put matching events of a bus (default: AWS's own) into a queue of the feature."""
        return events.Rule(
            self, name, event_pattern=pattern, event_bus=bus, targets=[self._target(queue)]
        )

    def add_schedule(
        self, name: str, schedule: events.Schedule, queue: str, message: Mapping[str, str]
    ) -> events.Rule:
        """Put a message into a queue of the feature at the schedule's times."""
        target = self._target(queue, events.RuleTargetInput.from_object(dict(message)))
        return events.Rule(self, name, schedule=schedule, targets=[target])

    def add_site_check(
        self, name: str, schedule: events.Schedule, queue: str, message: Mapping[str, str]
    ) -> None:
        """Put a message into a queue at the schedule's times, once the whole site is deployed.

        The rule is in a later stack, so it is known here by its name only.
        """
        rule_name = f"daybook-{self.config.stage}-{name}"
        arn = self.format_arn(service="events", resource="rule", resource_name=rule_name)
        added = self.queues[queue]
        for target in (added.queue, added.dead_letters):
            target.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal("events.amazonaws.com")],
                    actions=["sqs:SendMessage"],
                    resources=[target.queue_arn],
                    conditions={"ArnEquals": {"aws:SourceArn": arn}},
                )
            )
        self.site_checks.append(SiteCheck(rule_name, schedule, added, dict(message)))

    def _target(
        self, queue: str, message: events.RuleTargetInput | None = None
    ) -> targets.SqsQueue:
        added = self.queues[queue]
        return targets.SqsQueue(added.queue, dead_letter_queue=added.dead_letters, message=message)
