"""Alarms over all rooms, and the topic that tells the person on call."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Environment, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from constructs import Construct

from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.kit.guardrails import acknowledge
from stacks.kit.room import RoomStack
from stacks.storage import StorageStack

NOT_BREACHING = cloudwatch.TreatMissingData.NOT_BREACHING
# A photo that waits this long is not being worked on.
STUCK_SECONDS = 15 * 60
# Their errors are failed refreshes, and an alarm of their own tells of those.
REFRESHING = (("tokens", "refresh"), ("tokens", "sweep"))


class MonitoringStack(Stack):
    """Each alarm's description says in one sentence what to do and names its section in docs/operations.md."""

    def __init__(self, scope: Construct, config: StageConfig, storage: StorageStack, api: ApiStack, rooms: Sequence[RoomStack]) -> None:
        super().__init__(scope, "Monitoring", env=Environment(account=config.account, region=config.region))
        self._prefix = f"daybook-{config.stage}"
        self.topic = storage.topic
        self._watch_functions(rooms)
        self._watch_api(api)
        by_name = {room.room: room for room in rooms}
        self._watch_photos(by_name["guests"])
        self._watch_tokens(by_name["tokens"])

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
            if (room.room, name) not in REFRESHING
        ]
        self._composite(
            "function-errors", "Look which function's alarm is on and read its log; see function-errors in docs/operations.md.", alarms
        )

    def _watch_api(self, api: ApiStack) -> None:
        errors = api.api.metric("5xx", period=Duration.minutes(5), statistic="Sum")
        advice = "Find the failing route in the API's access log; see api-5xx in docs/operations.md."
        self._notify(self._alarm("api-5xx", advice, errors, 5))

    def _watch_photos(self, guests: RoomStack) -> None:
        queue, dead = guests.queues["Processing"]
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

    def _watch_tokens(self, tokens: RoomStack) -> None:
        def metric(name: str, statistic: str, period: Duration) -> cloudwatch.Metric:
            dimensions = {"service": tokens.room}
            return cloudwatch.Metric(
                namespace=tokens.metrics_namespace, metric_name=name, dimensions_map=dimensions, statistic=statistic, period=period
            )

        advice = "see token-refresh-failed in docs/operations.md."
        failed = metric("TokenRefreshFailed", "Sum", Duration.minutes(5))
        parts = [
            self._alarm("token-refresh-failed-accounts", f"Look in the log of tokens.refresh why an account failed; {advice}", failed, 1),
            *(
                self._alarm(
                    f"token-refresh-failed-{name}",
                    f"Read the log of {room}.{name} for the exception; {advice}",
                    tokens.functions[name].metric_errors(period=Duration.minutes(5), statistic="Sum"),
                    1,
                )
                for room, name in REFRESHING
            ),
            *(
                self._alarm(
                    f"token-refresh-failed-{name.lower()}-dead-letters",
                    f"Look why messages failed three times, then redrive them; {advice}",
                    tokens.queues[name][1].metric_approximate_number_of_messages_visible(period=Duration.minutes(5), statistic="Maximum"),
                    1,
                )
                for name in ("Refresh", "Sweep")
            ),
        ]
        self._composite("token-refresh-failed", f"A token was not refreshed, so look which of the alarms below is on; {advice}", parts)

        silent = metric("RefreshHeartbeat", "Sum", Duration.hours(1))
        self._notify(
            self._alarm(
                "token-refresh-silent",
                "No daily look at the tokens for 26 hours, so check the rule DailyRefresh and tokens.sweep; "
                "see token-refresh-silent in docs/operations.md.",
                silent,
                1,
                comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
                periods=26,
                missing=cloudwatch.TreatMissingData.BREACHING,
            )
        )
        ending = metric("DaysToExpiry", "Minimum", Duration.hours(1))
        self._notify(
            self._alarm(
                "token-expires-soon",
                "An account's token or data access ends within 7 days, so connect it again; see token-expires-soon in docs/operations.md.",
                ending,
                7,
                comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
                missing=cloudwatch.TreatMissingData.IGNORE,
            )
        )
        needing = metric("AccountsNeedingPerson", "Maximum", Duration.minutes(1))
        self._notify(
            self._alarm(
                "reconnect-required",
                "Somebody has to log in again: open the link in the notice beside this one; see reconnect-required in docs/operations.md.",
                needing,
                1,
                missing=cloudwatch.TreatMissingData.IGNORE,
            )
        )

    def _alarm(
        self,
        name: str,
        advice: str,
        metric: cloudwatch.Metric,
        threshold: float,
        *,
        comparison: cloudwatch.ComparisonOperator = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        periods: int = 1,
        missing: cloudwatch.TreatMissingData = NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self._prefix}-{name}",
            alarm_description=advice,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=comparison,
            treat_missing_data=missing,
        )

    def _composite(self, name: str, advice: str, alarms: Sequence[cloudwatch.Alarm]) -> None:
        for alarm in alarms:
            acknowledge(
                alarm, "NIST.800.53.R5-CloudWatchAlarmAction", f"The alarm {name} stands over it and tells people of it, once for all."
            )
        rule = cloudwatch.AlarmRule.any_of(*(cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM) for alarm in alarms))
        composite = cloudwatch.CompositeAlarm(
            self, name, composite_alarm_name=f"{self._prefix}-{name}", alarm_description=advice, alarm_rule=rule
        )
        self._notify(composite)

    def _notify(self, alarm: cloudwatch.AlarmBase) -> None:
        action = actions.SnsAction(self.topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
