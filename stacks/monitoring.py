"""Alarms over all rooms, and the topic that tells the person on call."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnOutput, Duration, Environment, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.kit.guardrails import acknowledge
from stacks.kit.room import RoomStack

NOT_BREACHING = cloudwatch.TreatMissingData.NOT_BREACHING
# A photo that waits this long is not being worked on.
STUCK_SECONDS = 15 * 60


class MonitoringStack(Stack):
    """Each alarm's description says in one sentence what to do and names its section in docs/operations.md."""

    def __init__(self, scope: Construct, config: StageConfig, api: ApiStack, rooms: Sequence[RoomStack]) -> None:
        super().__init__(scope, "Monitoring", env=Environment(account=config.account, region=config.region))
        self._prefix = f"daybook-{config.stage}"
        self.topic = self._add_topic(config)
        self._watch_functions(rooms)
        self._watch_api(api)
        self._watch_photos(rooms)

    def _add_topic(self, config: StageConfig) -> sns.Topic:
        # CloudWatch cannot use the AWS-managed key of SNS, so the topic has a key of its own.
        key = kms.Key(self, "TopicKey", enable_key_rotation=True, description="Encrypts the alarms' notifications")
        key.grant(iam.ServicePrincipal("cloudwatch.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey*")
        topic = sns.Topic(self, "Alarms", display_name="daybook alarms", master_key=key, enforce_ssl=True)
        if config.alarm_email:
            subscription = topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))
            acknowledge(
                subscription, "Serverless-SNSRedrivePolicy", "Nobody could redrive a mail; the alarm itself stays on for all to see."
            )
        CfnOutput(self, "TopicArn", value=topic.topic_arn)
        return topic

    def _watch_functions(self, rooms: Sequence[RoomStack]) -> None:
        alarms = [
            self._alarm(
                f"function-errors-{room.room}-{name}",
                f"Read the log of {room.room}.{name} for the exception; see function-errors in docs/operations.md.",
                function.metric_errors(period=Duration.minutes(5), statistic="Sum"),
                1,
            )
            for room in rooms
            for name, function in room.functions.items()
        ]
        self._composite(
            "function-errors", "Look which function's alarm is on and read its log; see function-errors in docs/operations.md.", alarms
        )

    def _watch_api(self, api: ApiStack) -> None:
        errors = api.api.metric("5xx", period=Duration.minutes(5), statistic="Sum")
        advice = "Find the failing route in the API's access log; see api-5xx in docs/operations.md."
        self._notify(self._alarm("api-5xx", advice, errors, 5))

    def _watch_photos(self, rooms: Sequence[RoomStack]) -> None:
        queue, dead = next(room for room in rooms if room.room == "guests").queues["Processing"]
        advice = "see photo-processing-stuck in docs/operations.md."
        age = queue.metric_approximate_age_of_oldest_message(period=Duration.minutes(5), statistic="Maximum")
        depth = dead.metric_approximate_number_of_messages_visible(period=Duration.minutes(5), statistic="Maximum")
        alarms = [
            self._alarm(
                "photo-processing-stuck-age", f"Check that the process function runs and is not throttled; {advice}", age, STUCK_SECONDS
            ),
            self._alarm(
                "photo-processing-stuck-dead-letters", f"Look why photos failed three times, then redrive them; {advice}", depth, 1
            ),
        ]
        self._composite(
            "photo-processing-stuck", f"Photos are not being processed, so look which of the two alarms is on; {advice}", alarms
        )

    def _alarm(self, name: str, advice: str, metric: cloudwatch.Metric, threshold: float) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self._prefix}-{name}",
            alarm_description=advice,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=NOT_BREACHING,
        )

    def _composite(self, name: str, advice: str, alarms: Sequence[cloudwatch.Alarm]) -> None:
        rule = cloudwatch.AlarmRule.any_of(*(cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM) for alarm in alarms))
        composite = cloudwatch.CompositeAlarm(
            self, name, composite_alarm_name=f"{self._prefix}-{name}", alarm_description=advice, alarm_rule=rule
        )
        self._notify(composite)

    def _notify(self, alarm: cloudwatch.AlarmBase) -> None:
        action = actions.SnsAction(self.topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
