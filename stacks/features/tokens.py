"""Connects accounts and keeps their tokens alive."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from lambdas.kit.events import TokenRefused
from lambdas.tokens.settings import TokensSettings
from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.instagram import allow_graph_calls, instagram_settings
from stacks.kit.feature import FeatureStack
from stacks.storage import StorageStack

MAX_RECEIVE_COUNT = 3
# A killed refresh is taken up again after this: longer than the function may run, shorter than two minutes.
VISIBILITY_TIMEOUT_SECONDS = 90
LOGIN_IN_A_BROWSER = (
    "People who log in at Meta come back here, or arrive from a link that was sent to them; each such address holds a secret that works "
    "for one login or one account, and for a short time."
)
SIGNED_BY_META = "Meta calls without a sign-in of ours: each request is signed with the app's secret, which is checked before anything is done."


class TokensStack(FeatureStack):
    """`/instagram/...`: connecting, refreshing, and what operators see of it."""

    def __init__(
        self, scope: Construct, config: StageConfig, storage: StorageStack, api: ApiStack
    ) -> None:
        super().__init__(scope, config, "tokens", storage.foundation, holds_tokens=True)
        self._storage = storage
        shared = instagram_settings(self, storage)
        # The sweep alone is told of the queue, which is made for the function that it feeds.
        settings = TokensSettings(
            **shared,
            audit_table_name=storage.audit.table_name,
            app_secret_arn=storage.app_secret.secret_arn,
            refresh_queue_url="",
            topic_arn=storage.topic.topic_arn,
            bus_name=storage.bus.event_bus_name,
            public_url=api.public_url,
            site_name=config.site_name,
            capabilities=config.extra_permissions,
            refresh_spread_minutes=config.refresh_spread_minutes,
            ig_refresh_lead_days=config.refresh_lead_days,
        )
        refresh = self.add_function(
            "refresh",
            "Refreshes one account's token",
            settings,
            seconds=60,
            megabytes=512,
            reserved_concurrency=10,
        )
        self.add_queue(
            "Refresh",
            refresh,
            max_receive_count=MAX_RECEIVE_COUNT,
            visibility_timeout_seconds=VISIBILITY_TIMEOUT_SECONDS,
        )
        pattern = events.EventPattern(
            source=[TokenRefused.source], detail_type=[TokenRefused.detail_type()]
        )
        self.add_rule("TokenRefused", pattern, "Refresh", storage.bus)
        queue, _ = self.queues["Refresh"]
        for_sweep = replace(settings, refresh_queue_url=queue.queue_url)
        sweep = self.add_function(
            "sweep",
            "Looks which accounts are due",
            for_sweep,
            seconds=300,
            megabytes=512,
            reserved_concurrency=2,
        )
        self.add_queue("Sweep", sweep, max_receive_count=MAX_RECEIVE_COUNT)
        # Not at the full hour, when everybody's schedules run.
        daily, hourly = (
            events.Schedule.cron(hour="9", minute="17"),
            events.Schedule.rate(Duration.hours(1)),
        )
        self.daily = self.add_schedule(
            "DailyRefresh", daily, "Sweep", {"sweep": "daily"}, "Refreshes the tokens that are due"
        )
        self.add_schedule(
            "HourlyRetry", hourly, "Sweep", {"sweep": "hourly"}, "Tries those again that failed"
        )

        connect = self.add_function(
            "connect", "Logs accounts in", settings, seconds=30, megabytes=512
        )
        operate = self.add_function(
            "operate", "Shows and steers connected accounts", settings, seconds=60, megabytes=512
        )
        privacy = self.add_function(
            "privacy",
            "Takes Meta's callbacks about people",
            settings,
            seconds=15,
            megabytes=512,
            reserved_concurrency=10,
        )
        self.add_route(api.api, connect, "GET /instagram/connect", authorizer=api.operators_only)
        logins = ("GET /instagram/callback", "GET /instagram/reconnect/{ticket}")
        self.add_route(api.api, connect, *logins, no_auth_reason=LOGIN_IN_A_BROWSER)
        operations = (
            "GET /instagram/accounts",
            "DELETE /instagram/accounts/{account_id}",
            "GET /instagram/accounts/{account_id}/audit",
            "GET /instagram/accounts/{account_id}/check",
            "GET /instagram/token/status",
            "POST /instagram/token/refresh",
        )
        self.add_route(api.api, operate, *operations, authorizer=api.operators_only)
        callbacks = (
            "POST /webhooks/instagram/deauthorize",
            "POST /webhooks/instagram/data-deletion",
            "GET /instagram/data-deletion/{code}",
        )
        self.add_route(api.api, privacy, *callbacks, no_auth_reason=SIGNED_BY_META)

        queue.grant_send_messages(sweep)
        self._allow_rows(connect, "DeleteItem", "GetItem", "PutItem", "Query")
        self._allow_rows(operate, "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
        self._allow_rows(privacy, "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
        self._allow_rows(sweep, "GetItem", "PutItem", "Query", "UpdateItem")
        self._allow_rows(refresh, "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
        self.allow(sweep, ["dynamodb:Query"], storage.due_index_arn)
        key = storage.token_key.key_arn
        self.allow(connect, ["kms:Encrypt"], key)
        for function in (operate, refresh):
            self.allow(function, ["kms:Decrypt", "kms:Encrypt"], key)
        for function in (connect, operate, refresh):
            allow_graph_calls(self, function, storage)
        for function in (connect, operate, privacy, refresh):
            self.allow(function, ["secretsmanager:GetSecretValue"], storage.app_secret.secret_arn)
            self.allow(function, ["dynamodb:PutItem"], storage.audit.table_arn)
        self.allow(operate, ["dynamodb:Query"], storage.audit.table_arn)
        for function in (operate, privacy, refresh, sweep):
            self._allow_notices(function)
        storage.bus.grant_put_events_to(privacy)

    def _allow_rows(self, function: lambda_.Function, *actions: str) -> None:
        self.allow(
            function, [f"dynamodb:{action}" for action in actions], self._storage.tokens.table_arn
        )

    def _allow_notices(self, function: lambda_.Function) -> None:
        self.allow(function, ["sns:Publish"], self._storage.topic.topic_arn)
        self.allow(
            function, ["kms:Decrypt", "kms:GenerateDataKey"], self._storage.topic_key.key_arn
        )
