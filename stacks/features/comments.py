"""Comments, mentions and messages: the webhook, the inbox, and the routes for operators."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from constructs import Construct

from lambdas.comments import keys
from lambdas.comments.routes import ROUTES
from lambdas.comments.settings import CommentsSettings
from lambdas.kit.events import (
    AccountConnected,
    AccountDataDeletionRequested,
    PersonDataDeletionRequested,
)
from stacks.features.comments_grants import CommentsGrants
from stacks.features.comments_monitoring import (
    OVERDUE,
    REJECTED,
    SILENT,
    comments_alarms,
    comments_row,
)
from stacks.instagram import instagram_settings
from stacks.kit.alarms import FIVE_MINUTES
from stacks.kit.feature import FeatureStack
from stacks.kit.functions import FunctionSpec, QueueSpec
from stacks.kit.tables import text
from stacks.site import Site

RECEIVE = FunctionSpec(
    name="receive",
    description="Takes webhooks, and puts what they report into a queue",
    timeout_seconds=29,
    memory_mb=512,
    snap_start=True,
    error_alarm=REJECTED,
)
OPERATE = FunctionSpec(
    name="operate",
    description="Shows the inbox, and does what operators want done",
    timeout_seconds=29,
    memory_mb=512,
    snap_start=True,
)
TAKE = FunctionSpec(
    name="take",
    description="Stores what happened on Instagram, and applies rules",
    timeout_seconds=120,
    memory_mb=512,
    reserved_concurrency=10,
    error_alarm=REJECTED,
)
ACT = FunctionSpec(
    name="act",
    description="Does one recorded action on Instagram",
    timeout_seconds=120,
    memory_mb=512,
    reserved_concurrency=5,
    error_alarm=OVERDUE,
)
BACKFILL = FunctionSpec(
    name="backfill",
    description="Subscribes an account, and reads what no webhook brought",
    timeout_seconds=300,
    memory_mb=512,
    reserved_concurrency=3,
    error_alarm=SILENT,
)
SWEEP = FunctionSpec(
    name="sweep",
    description="Finishes what was interrupted, and finds what is due",
    timeout_seconds=120,
    memory_mb=512,
    reserved_concurrency=2,
    error_alarm=SILENT,
)
FORGET = FunctionSpec(
    name="forget",
    description="Deletes an account's inbox, or all that one person wrote",
    timeout_seconds=300,
    memory_mb=512,
    reserved_concurrency=2,
)
# A question is to be answered within minutes, also if a function is killed over it: its message
# comes back after this, which is longer than the function may run.
SOON_SECONDS = 150
# Updates are not deleted before their queue's 14 days are over, or by an operator. What fails comes
# back for 50 minutes, so that an outage of Instagram's API makes no dead letters.
INCOMING = QueueSpec(
    name="Incoming",
    max_receive_count=20,
    visibility_timeout_seconds=SOON_SECONDS,
    dead_letter_alarm=REJECTED,
)
ACTS = QueueSpec(
    name="Act",
    max_receive_count=3,
    visibility_timeout_seconds=SOON_SECONDS,
    dead_letter_alarm=OVERDUE,
)
BACKFILLS = QueueSpec(name="Backfill", max_receive_count=3, dead_letter_alarm=SILENT)
SWEEPS = QueueSpec(name="Sweep", max_receive_count=2, dead_letter_alarm=SILENT)
DELETIONS = QueueSpec(name="Forget", max_receive_count=3)


class CommentsStack(FeatureStack):
    """`/webhooks/instagram` and `/instagram/inbox`: nothing missed, nothing answered twice."""

    feature = "comments"
    function_specs = (RECEIVE, OPERATE, TAKE, ACT, BACKFILL, SWEEP, FORGET)
    # The first includes webhooks, where a login type has a permission of its own for them.
    permissions = ("comments", "messages")
    tables = ("Inbox",)
    table_indexes = {  # noqa: RUF012
        "Inbox": tuple(
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=name,
                partition_key=text(partition),
                sort_key=text(sort),
                # What is due is read from its row, as it is now: the index lags.
                projection_type=dynamodb.ProjectionType.KEYS_ONLY
                if name == keys.BY_DUE
                else dynamodb.ProjectionType.ALL,
            )
            for name, (partition, sort) in keys.INDEXES.items()
        )
    }
    holds_tokens = True
    keeps_account_data = True

    def __init__(self, scope: Construct, site: Site) -> None:
        super().__init__(scope, site.config, site.storage.foundation)
        self._site = site
        [table] = self.tables
        self.table = site.storage.of_features[table]
        settings = self._settings()
        self._add_workers(settings)
        self._add_receivers(settings)
        self.on_event("Backfill", AccountConnected, site.storage.bus)
        self.on_event("Forget", AccountDataDeletionRequested, site.storage.bus)
        self.on_event("Forget", PersonDataDeletionRequested, site.storage.bus)
        often = events.Schedule.rate(FIVE_MINUTES)
        self.add_schedule("SweepInbox", often, "Sweep", {"sweep": "inbox"})
        self.add_routes(site.api.api, ROUTES, site.api.operators_only)
        CommentsGrants(self, site.storage).allow_all()
        self.alarms += comments_alarms(self)
        self.dashboard_rows.append(comments_row(self))

    def _settings(self) -> CommentsSettings:
        storage = self._site.storage
        return CommentsSettings(
            **instagram_settings(self, storage),
            inbox_table_name=self.table.table_name,
            events_table_name=storage.table.table_name,
            bucket_name=storage.bucket.bucket_name,
            bus_name=storage.bus.event_bus_name,
            cursor_secret_arn=storage.cursor_secret.secret_arn,
            public_url=self._site.api.public_url,
            topic_arn=storage.topic.topic_arn,
        )

    def _add_workers(self, settings: CommentsSettings) -> None:
        """Add the functions that go on in messages to themselves, with their queues.

        A function that its own queue feeds is added before the queue is: its address follows.
        """
        for spec, queue in ((ACT, ACTS), (BACKFILL, BACKFILLS)):
            function = self.add_function(spec, settings)
            added = self.add_queue(queue, spec.name)
            function.add_environment(f"{spec.name.upper()}_QUEUE_URL", added.queue.queue_url)
        act = self._address("Act")
        # What was read may start actions.
        self.functions["backfill"].function.add_environment("ACT_QUEUE_URL", act)

    def _add_receivers(self, settings: CommentsSettings) -> None:
        """Add the functions that put work into the queues of others."""
        act, backfill = self._address("Act"), self._address("Backfill")
        self.add_function(TAKE, replace(settings, act_queue_url=act))
        self.add_queue(INCOMING, "take")
        incoming = self._address("Incoming")
        self.add_function(RECEIVE, replace(settings, incoming_queue_url=incoming))
        senders = replace(settings, act_queue_url=act, backfill_queue_url=backfill)
        self.add_function(OPERATE, senders)
        self.add_function(SWEEP, replace(senders, incoming_queue_url=incoming))
        self.add_queue(SWEEPS, "sweep")
        self.add_function(FORGET, settings)
        self.add_queue(DELETIONS, "forget")

    def _address(self, queue: str) -> str:
        return self.queues[queue].queue.queue_url
