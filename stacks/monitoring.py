"""Alarms over all features, and the dashboard that answers the first questions."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration, Environment, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.dashboard import add_dashboard
from stacks.kit.alarms import LESS_THAN, Alarms, Missing, Severity
from stacks.kit.feature import FeatureStack
from stacks.storage import StorageStack

FIVE_MINUTES = Duration.minutes(5)
# A photo that waits this long is not being worked on.
STUCK_SECONDS = 15 * 60
# Their errors and dead letters are failed refreshes, and an alarm of their own tells of those.
REFRESHING = (("tokens", "refresh"), ("tokens", "sweep"))
# Their dead letters are photos or tokens, and alarms of those tell of them.
WATCHED_QUEUES = (("guests", "Processing"), ("tokens", "Refresh"), ("tokens", "Sweep"))


class MonitoringStack(Stack):
    """Each alarm's description says in one sentence what to do and names its section in docs/operations.md."""

    def __init__(
        self,
        scope: Construct,
        config: StageConfig,
        storage: StorageStack,
        api: ApiStack,
        features: Mapping[str, FeatureStack],
    ) -> None:
        super().__init__(
            scope, "Monitoring", env=Environment(account=config.account, region=config.region)
        )
        self._namespace = api.metrics_namespace
        self._alarms = Alarms(self, f"daybook-{config.stage}", storage.topic)
        self._watch_functions(features)
        self._watch_api(api)
        if "guests" in features:
            self._watch_photos(features["guests"])
        if "tokens" in features:
            self._watch_tokens(features["tokens"])
        self._watch_graph()
        self._alarms.roll_up()
        add_dashboard(
            self,
            f"daybook-{config.stage}-{config.region}",
            self._alarms,
            api,
            features,
            self.metric,
        )

    def metric(
        self, name: str, statistic: str, period: Duration, service: str = "tokens"
    ) -> cloudwatch.Metric:
        """A metric of the functions' own."""
        return cloudwatch.Metric(
            namespace=self._namespace,
            metric_name=name,
            dimensions_map={"service": service},
            statistic=statistic,
            period=period,
        )

    def _watch_functions(self, features: Mapping[str, FeatureStack]) -> None:
        parts = [
            self._alarms.part(
                "function-errors",
                f"function-errors-{feature.feature}-{name}",
                f"Read the log of {feature.feature}.{name} for the exception",
                function.metric_errors(period=FIVE_MINUTES, statistic="Sum"),
                1,
            )
            for feature in features.values()
            for name, function in feature.functions.items()
            if (feature.feature, name) not in REFRESHING
        ]
        parts += [
            self._dead_letters(
                "function-errors",
                f"function-errors-{feature.feature}-{name.lower()}-dead-letters",
                dead,
            )
            for feature in features.values()
            for name, (_, dead) in feature.queues.items()
            if (feature.feature, name) not in WATCHED_QUEUES
        ]
        self._alarms.composite(
            "function-errors",
            "Look which function's alarm is on and read its log",
            parts,
            Severity.TOMORROW,
        )

    def _dead_letters(self, section: str, name: str, dead: sqs.Queue) -> cloudwatch.Alarm:
        """A part that is on while messages lie in dead letters."""
        depth = dead.metric_approximate_number_of_messages_visible(
            period=FIVE_MINUTES, statistic="Maximum"
        )
        return self._alarms.part(
            section, name, "Look why messages failed time and again, then redrive them", depth, 1
        )

    def _watch_api(self, api: ApiStack) -> None:
        errors = api.api.metric("5xx", period=FIVE_MINUTES, statistic="Sum")
        self._alarms.alarm(
            "api-5xx", "Find the failing route in the API's access log", errors, 5, Severity.PAGE
        )

    def _watch_photos(self, guests: FeatureStack) -> None:
        name, (queue, dead) = "photo-processing-stuck", guests.queues["Processing"]
        age = queue.metric_approximate_age_of_oldest_message(
            period=FIVE_MINUTES, statistic="Maximum"
        )
        parts = [
            self._alarms.part(
                name,
                f"{name}-age",
                "Check that the process function runs and is not throttled",
                age,
                STUCK_SECONDS,
            ),
            self._dead_letters(name, f"{name}-dead-letters", dead),
        ]
        self._alarms.composite(
            name,
            "Photos are not being processed, so look which of the two alarms is on",
            parts,
            Severity.PAGE,
        )

    def _watch_tokens(self, tokens: FeatureStack) -> None:
        self._watch_refreshes(tokens)
        self._alarms.alarm(
            "token-refresh-silent",
            "No daily look at the tokens for 26 hours, so check the rule DailyRefresh and tokens.sweep",
            self.metric("RefreshHeartbeat", "Sum", Duration.hours(1)),
            1,
            Severity.TOMORROW,
            comparison=LESS_THAN,
            periods=26,
            missing=Missing.BREACHING,
        )
        self._alarms.alarm(
            "token-expires-soon",
            "An account's token or data access ends within 7 days, so connect it again",
            self.metric("DaysToExpiry", "Minimum", Duration.minutes(1)),
            7,
            Severity.TOMORROW,
            comparison=LESS_THAN,
            missing=Missing.IGNORE,
        )
        self._alarms.alarm(
            "reconnect-required",
            "Somebody has to log in again: open the link in the notice beside this one",
            self.metric("AccountsNeedingPerson", "Maximum", Duration.minutes(1)),
            1,
            Severity.PAGE,
            missing=Missing.IGNORE,
        )

    def _watch_refreshes(self, tokens: FeatureStack) -> None:
        section = "token-refresh-failed"
        # How many accounts' last attempt failed, said at each failure and with each hourly look: on until their next success.
        failing = self.metric("AccountsFailing", "Maximum", Duration.minutes(1))
        advice = "Look in the log of tokens.refresh why an account failed"
        parts = [
            self._alarms.part(
                section, f"{section}-accounts", advice, failing, 1, missing=Missing.IGNORE
            )
        ]
        for feature, name in REFRESHING:
            errors = tokens.functions[name].metric_errors(period=FIVE_MINUTES, statistic="Sum")
            parts.append(
                self._alarms.part(
                    section,
                    f"{section}-{name}",
                    f"Read the log of {feature}.{name} for the exception",
                    errors,
                    1,
                )
            )
        dead = {name: tokens.queues[name][1] for name in ("Refresh", "Sweep")}
        parts += [
            self._dead_letters(section, f"{section}-{name.lower()}-dead-letters", queue)
            for name, queue in dead.items()
        ]
        self._alarms.composite(
            section,
            "A token was not refreshed, so look which of the alarms below is on",
            parts,
            Severity.TOMORROW,
        )

    def _watch_graph(self) -> None:
        usage = self.metric("GraphUsage", "Maximum", FIVE_MINUTES, "graph")
        advice = "See which calls use Meta's limit up before it stops all"
        # On for a quarter of an hour after the last sign: while a limit is used up few calls are tried at all.
        self._alarms.alarm(
            "graph-quota-high", advice, usage, 80, Severity.TOMORROW, periods=3, breaching=1
        )
