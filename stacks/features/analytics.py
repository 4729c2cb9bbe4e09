"""Numbers of Instagram accounts: their collection, their table, and the answers."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from lambdas.analytics.routes import ROUTES
from lambdas.analytics.settings import AnalyticsSettings
from lambdas.kit.events import AccountDataDeletionRequested
from lambdas.storage import object_keys
from stacks.features.analytics_monitoring import STALE, analytics_alarms, analytics_row
from stacks.instagram import allow_graph_calls, allow_usable_tokens, instagram_settings
from stacks.kit.feature import FeatureStack
from stacks.kit.functions import FunctionSpec, QueueSpec
from stacks.kit.grants import Objects, Rows, allow_rows, allow_secret
from stacks.site import Site

ANSWER = FunctionSpec(
    name="answer",
    description="Answers from stored numbers",
    timeout_seconds=29,
    memory_mb=1024,
    snap_start=True,
)
COLLECT = FunctionSpec(
    name="collect",
    description="Collects a part of one account's numbers",
    timeout_seconds=300,
    memory_mb=512,
    reserved_concurrency=5,
    error_alarm=STALE,
)
SWEEP = FunctionSpec(
    name="sweep",
    description="Finds which numbers are due",
    timeout_seconds=120,
    memory_mb=512,
    reserved_concurrency=2,
    error_alarm=STALE,
)
FORGET = FunctionSpec(
    name="forget",
    description="Deletes an account's numbers at its owner's request",
    timeout_seconds=300,
    memory_mb=512,
    reserved_concurrency=2,
)


class AnalyticsStack(FeatureStack):
    """`/instagram/analytics/...`: collects numbers on a schedule, answers from stored rows."""

    feature = "analytics"
    function_specs = (ANSWER, COLLECT, SWEEP, FORGET)
    permissions = ("insights",)
    tables = ("Analytics",)
    holds_tokens = True
    keeps_account_data = True

    def __init__(self, scope: Construct, site: Site) -> None:
        super().__init__(scope, site.config, site.storage.foundation)
        self._site = site
        [table] = self.tables
        self.table = site.storage.of_features[table]
        settings = self._settings()
        collect = self.add_function(COLLECT, settings)
        units = self.add_queue(
            QueueSpec(name="Collect", max_receive_count=3, dead_letter_alarm=STALE), "collect"
        ).queue
        # Only these two know the queue, which is made for the function that it feeds.
        senders = replace(settings, collect_queue_url=units.queue_url)
        for spec in (ANSWER, SWEEP):
            units.grant_send_messages(self.add_function(spec, senders))
        sweeps = QueueSpec(name="Sweep", max_receive_count=2, dead_letter_alarm=STALE)
        self.add_queue(sweeps, "sweep")
        often = events.Schedule.rate(Duration.minutes(10))
        self.add_schedule("CollectDue", often, "Sweep", {"sweep": "due"})
        forget = self.add_function(FORGET, settings)
        self.add_queue(QueueSpec(name="Forget", max_receive_count=3), "forget")
        self.on_event("Forget", AccountDataDeletionRequested, site.storage.bus)
        self.add_routes(site.api.api, ROUTES, site.api.operators_only)
        self._allow_collection(collect)
        self._allow_answers(self.functions["answer"].function)
        self._allow_sweeps(self.functions["sweep"].function)
        self._allow_deletions(forget)
        self.alarms += analytics_alarms(self)
        self.dashboard_rows.append(analytics_row(self))

    def _settings(self) -> AnalyticsSettings:
        storage, config = self._site.storage, self.config
        return AnalyticsSettings(
            **instagram_settings(self, storage),
            analytics_table_name=self.table.table_name,
            events_table_name=storage.table.table_name,
            bucket_name=storage.bucket.bucket_name,
            bus_name=storage.bus.event_bus_name,
            cursor_secret_arn=storage.cursor_secret.secret_arn,
            collect_queue_url="",
            public_url=self._site.api.public_url,
            time_zone=config.time_zone,
            ig_default_start_date=config.default_start_date,
        )

    def _allow_collection(self, collect: lambda_.Function) -> None:
        storage = self._site.storage
        allow_rows(collect, self.table, Rows.GET, Rows.QUERY, Rows.PUT, Rows.UPDATE)
        # Each write is made together with a check that the account's data is not being deleted.
        allow_rows(collect, storage.table, Rows.CHECK)
        allow_graph_calls(collect, storage)
        prove = self.config.prove_app_secret
        allow_usable_tokens(collect, storage, prove_app_secret=prove, chooses_account=False)
        storage.bus.grant_put_events_to(collect)

    def _allow_answers(self, answer: lambda_.Function) -> None:
        storage = self._site.storage
        changes = (Rows.PUT, Rows.UPDATE, Rows.CHECK)
        allow_rows(answer, self.table, Rows.GET, Rows.GET_MANY, Rows.QUERY, *changes)
        allow_rows(answer, storage.table, Rows.CHECK)
        allow_rows(answer, storage.tokens, Rows.GET, Rows.QUERY)
        allow_secret(answer, storage.cursor_secret)
        exports = storage.objects_under(object_keys.EXPORTS_PREFIX)
        self.allow_objects(answer, [Objects.READ, Objects.WRITE], exports)

    def _allow_sweeps(self, sweep: lambda_.Function) -> None:
        allow_rows(sweep, self.table, Rows.GET_MANY)
        allow_rows(sweep, self._site.storage.tokens, Rows.QUERY)

    def _allow_deletions(self, forget: lambda_.Function) -> None:
        allow_rows(forget, self.table, Rows.QUERY, Rows.WRITE_MANY)
        allow_rows(forget, self._site.storage.table, Rows.PUT, Rows.UPDATE)
