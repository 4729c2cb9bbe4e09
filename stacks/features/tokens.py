"""Connects accounts and keeps their tokens alive."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from lambdas.kit.events import TokenRefused
from lambdas.storage import keys
from lambdas.tokens.routes import ROUTES
from lambdas.tokens.settings import TokensSettings
from stacks.features.tokens_monitoring import REFRESH_FAILED, token_alarms, token_row
from stacks.instagram import allow_graph_calls, instagram_settings
from stacks.kit.feature import FeatureStack
from stacks.kit.functions import FunctionSpec, QueueSpec
from stacks.kit.grants import Rows, allow_index, allow_notifications, allow_rows, allow_secret
from stacks.site import Site

REFRESH = FunctionSpec(
    name="refresh",
    description="Refreshes one account's token",
    timeout_seconds=60,
    memory_mb=512,
    reserved_concurrency=10,
    error_alarm=REFRESH_FAILED,
)
SWEEP = FunctionSpec(
    name="sweep",
    description="Finds the accounts that are due",
    timeout_seconds=300,
    memory_mb=512,
    reserved_concurrency=2,
    error_alarm=REFRESH_FAILED,
)
CONNECT = FunctionSpec(
    name="connect", description="Connects accounts", timeout_seconds=30, memory_mb=512
)
COMPLETE = FunctionSpec(
    name="complete",
    description="Connects the accounts of logins that take long",
    timeout_seconds=120,
    memory_mb=512,
    reserved_concurrency=4,
)
OPERATE = FunctionSpec(
    name="operate",
    description="Shows and manages connected accounts",
    timeout_seconds=60,
    memory_mb=512,
)
PRIVACY = FunctionSpec(
    name="privacy",
    description="Answers Meta's privacy callbacks",
    timeout_seconds=15,
    memory_mb=512,
    reserved_concurrency=10,
)
# A killed refresh is tried again after this: longer than the function may run, under two minutes.
REFRESHES = QueueSpec(
    name="Refresh",
    max_receive_count=3,
    visibility_timeout_seconds=90,
    dead_letter_alarm=REFRESH_FAILED,
)
SWEEPS = QueueSpec(name="Sweep", max_receive_count=3, dead_letter_alarm=REFRESH_FAILED)
# A killed round is repeated after this: longer than its lease on the login, which is longer than
# the function may run.
COMPLETIONS = QueueSpec(name="Completion", max_receive_count=5, visibility_timeout_seconds=180)


class TokensStack(FeatureStack):
    """`/instagram/...`: connecting, refreshing, and what operators see of it."""

    feature = "tokens"
    function_specs = (REFRESH, SWEEP, CONNECT, COMPLETE, OPERATE, PRIVACY)
    holds_tokens = True

    def __init__(self, scope: Construct, site: Site) -> None:
        super().__init__(scope, site.config, site.storage.foundation)
        self._site = site
        settings = self._settings()
        self.add_function(REFRESH, settings)
        refreshes = self.add_queue(REFRESHES, "refresh").queue
        self.on_event("Refresh", TokenRefused, site.storage.bus)
        # Only the sweep knows the queue, which is made for the function that it feeds.
        sweep = self.add_function(SWEEP, replace(settings, refresh_queue_url=refreshes.queue_url))
        refreshes.grant_send_messages(sweep)
        self.add_queue(SWEEPS, "sweep")
        self._add_schedules()
        complete = self.add_function(COMPLETE, settings)
        completions = self.add_queue(COMPLETIONS, "complete").queue
        # A round that does not reach everything sends the next one.
        complete.add_environment("COMPLETION_QUEUE_URL", completions.queue_url)
        connect = self.add_function(
            CONNECT, replace(settings, completion_queue_url=completions.queue_url)
        )
        for function in (connect, complete):
            self.allow(function, ["sqs:SendMessage"], completions.queue_arn)
        for spec in (OPERATE, PRIVACY):
            self.add_function(spec, settings)
        self.add_routes(site.api.api, ROUTES, site.api.operators_only)
        self._allow_rows()
        self._allow_tokens()
        self._allow_calls()
        self._allow_records()
        self.alarms += token_alarms(self)
        self.dashboard_rows.append(token_row(self))

    def _settings(self) -> TokensSettings:
        storage, config = self._site.storage, self.config
        return TokensSettings(
            **instagram_settings(self, storage),
            audit_table_name=storage.audit.table_name,
            refresh_queue_url="",
            completion_queue_url="",
            topic_arn=storage.topic.topic_arn,
            bus_name=storage.bus.event_bus_name,
            public_url=self._site.api.public_url,
            site_name=config.site_name,
            capabilities=self._site.permissions,
            account_data_features=self._site.account_data_features,
            refresh_spread_minutes=config.refresh_spread_minutes,
            ig_refresh_lead_days=config.refresh_lead_days,
            confirm_minutes=config.confirm_minutes,
        )

    def _add_schedules(self) -> None:
        # Not on the hour, when most schedules run.
        daily = events.Schedule.cron(hour="9", minute="17")
        self.add_schedule("DailyRefresh", daily, "Sweep", {"sweep": "daily"})
        hourly = events.Schedule.rate(Duration.hours(1))
        self.add_schedule("HourlyRetry", hourly, "Sweep", {"sweep": "hourly"})

    def _named(self, *names: str) -> list[lambda_.Function]:
        return [self.functions[name].function for name in names]

    def _allow_rows(self) -> None:
        tokens = self._site.storage.tokens
        rows = (Rows.GET, Rows.QUERY, Rows.PUT)
        for function in self._named("connect", "complete", "operate", "privacy", "refresh"):
            allow_rows(function, tokens, *rows, Rows.UPDATE, Rows.DELETE)
        # An account is connected on condition that no request of its person has ended the login.
        for function in self._named("connect", "complete", "operate", "refresh"):
            allow_rows(function, tokens, Rows.CHECK)
        for function in self._named("sweep"):
            allow_rows(function, tokens, *rows, Rows.UPDATE, Rows.DELETE)
            allow_index(function, tokens, keys.DUE_INDEX)

    def _allow_tokens(self) -> None:
        key = self._site.storage.token_key
        for function in self._named("connect", "complete", "operate", "refresh"):
            self.allow(function, ["kms:Encrypt"], key.key_arn)
        for function in self._named("complete", "operate", "refresh"):
            key.grant_decrypt(function)

    def _allow_calls(self) -> None:
        storage = self._site.storage
        # A request to delete data, and the sweep that continues it, ask whose the environment's
        # token is.
        for function in self._named(*self.functions):
            allow_graph_calls(function, storage)
            allow_secret(function, storage.app_secret)

    def _allow_records(self) -> None:
        storage = self._site.storage
        for function in self._named(*self.functions):
            allow_rows(function, storage.audit, Rows.PUT)
        for function in self._named("operate"):
            allow_rows(function, storage.audit, Rows.QUERY)
        for function in self._named("operate", "privacy", "refresh", "sweep"):
            allow_notifications(function, storage.topic, storage.topic_key)
        # A connection is announced, and so are requests to delete data.
        for function in self._named(*self.functions):
            storage.bus.grant_put_events_to(function)
