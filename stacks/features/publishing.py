"""Publishes posts: their workflow, schedules and media, and the routes for them."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import aws_events as events
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from lambdas.kit.events import AccountDataDeletionRequested, PhotoRemoved
from lambdas.publishing.routes import ROUTES
from lambdas.publishing.settings import PublishingSettings
from lambdas.storage import object_keys
from stacks.features.publishing_grants import PublishingGrants
from stacks.features.publishing_media import add_media_distribution
from stacks.features.publishing_monitoring import FAILED, publishing_alarms, publishing_row
from stacks.features.publishing_schedules import PostSchedules, add_schedules
from stacks.features.publishing_workflow import add_workflow
from stacks.instagram import instagram_settings
from stacks.kit.alarms import FIVE_MINUTES
from stacks.kit.feature import FeatureStack
from stacks.kit.functions import FunctionSpec, QueueSpec
from stacks.site import Site

OPERATE = FunctionSpec(
    name="operate",
    description="Shows and changes posts",
    timeout_seconds=29,
    memory_mb=512,
    snap_start=True,
)
WORK = FunctionSpec(
    name="work",
    description="Does one step of a post's workflow",
    timeout_seconds=120,
    memory_mb=512,
    reserved_concurrency=10,
    error_alarm=FAILED,
)
PREPARE = FunctionSpec(
    name="prepare",
    description="Makes files into what Instagram takes",
    timeout_seconds=600,
    memory_mb=2048,
    reserved_concurrency=5,
    error_alarm=FAILED,
    extra_libraries=True,
    disk_mb=2048,
)
START = FunctionSpec(
    name="start",
    description="Starts the workflow of a post whose time has come",
    timeout_seconds=60,
    memory_mb=512,
    reserved_concurrency=5,
    error_alarm=FAILED,
)
SWEEP = FunctionSpec(
    name="sweep",
    description="Finishes what was interrupted",
    timeout_seconds=300,
    memory_mb=512,
    reserved_concurrency=2,
    error_alarm=FAILED,
)
FORGET = FunctionSpec(
    name="forget",
    description="Cancels posts of removed photos, and deletes an account's posts",
    timeout_seconds=300,
    memory_mb=512,
    reserved_concurrency=2,
)


class PublishingStack(FeatureStack):
    """`/instagram/posts`: each post is published once, at its time."""

    feature = "publishing"
    function_specs = (OPERATE, WORK, PREPARE, START, SWEEP, FORGET)
    # First comments need the second.
    permissions = ("publishing", "comments")
    tables = ("Posts",)
    served_prefixes = (object_keys.POSTING_PREFIX,)
    holds_tokens = True
    keeps_account_data = True

    def __init__(self, scope: Construct, site: Site) -> None:
        super().__init__(scope, site.config, site.storage.foundation)
        self._site = site
        [table] = self.tables
        self.table = site.storage.of_features[table]
        settings = self._settings()
        self.workflow = self._add_workflow(settings)
        self.schedules = self._add_start(settings)
        settings = replace(settings, **self.schedules.settings)
        for spec in (OPERATE, FORGET):
            self.add_function(spec, settings)
        machine = self.workflow.state_machine_arn
        self.add_function(SWEEP, replace(settings, workflow_arn=machine))
        self._add_sweeps()
        self._add_deletions()
        self.add_routes(site.api.api, ROUTES, site.api.operators_only)
        PublishingGrants(self, site.storage).allow_all(self.workflow, self.schedules)
        self.alarms += publishing_alarms(self, self.workflow)
        self.dashboard_rows.append(publishing_row(self, self.workflow))

    def _settings(self) -> PublishingSettings:
        storage, config = self._site.storage, self.config
        numbers = "analytics" in config.features
        return PublishingSettings(
            **instagram_settings(self, storage),
            posts_table_name=self.table.table_name,
            events_table_name=storage.table.table_name,
            analytics_table_name=storage.of_features["Analytics"].table_name if numbers else "",
            bucket_name=storage.bucket.bucket_name,
            bus_name=storage.bus.event_bus_name,
            cursor_secret_arn=storage.cursor_secret.secret_arn,
            public_url=self._site.api.public_url,
            topic_arn=storage.topic.topic_arn,
            site_name=config.site_name,
            time_zone=config.time_zone,
            date_events=config.date_events,
            posting_consent=config.posting_consent,
            media_url=self._media_url(),
            private_addresses=config.bundle_for == "host",
        )

    def _media_url(self) -> str:
        """Return where Instagram finds media: on the site's CDN, or a distribution for it alone."""
        if self.config.cdn:
            return self._site.api.public_url
        media = add_media_distribution(self, self._site.storage)
        return self.config.object_address(media.distribution_domain_name)

    def _add_workflow(self, settings: PublishingSettings) -> stepfunctions.StateMachine:
        work, prepare = self.add_function(WORK, settings), self.add_function(PREPARE, settings)
        self.add_queue(
            # The rest is for posts whose time has come.
            QueueSpec(
                name="Examine", max_receive_count=3, max_concurrency=2, dead_letter_alarm=FAILED
            ),
            "prepare",
        )
        bucket = self._site.storage.bucket.bucket_name
        uploads = {"key": [{"prefix": object_keys.MEDIA_UPLOADS_PREFIX}]}
        pattern = events.EventPattern(
            source=["aws.s3"],
            detail_type=["Object Created"],
            detail={"bucket": {"name": [bucket]}, "object": uploads},
        )
        self.add_rule("UploadArrived", pattern, "Examine")
        return add_workflow(self, work, prepare)

    def _add_start(self, settings: PublishingSettings) -> PostSchedules:
        self.add_function(START, replace(settings, workflow_arn=self.workflow.state_machine_arn))
        start = QueueSpec(name="Start", max_receive_count=3, dead_letter_alarm=FAILED)
        return add_schedules(self, self.add_queue(start, "start"))

    def _add_sweeps(self) -> None:
        sweeps = QueueSpec(name="Sweep", max_receive_count=2, dead_letter_alarm=FAILED)
        self.add_queue(sweeps, "sweep")
        often = events.Schedule.rate(FIVE_MINUTES)
        self.add_schedule("SweepPosts", often, "Sweep", {"sweep": "posts"})

    def _add_deletions(self) -> None:
        self.add_queue(QueueSpec(name="Forget", max_receive_count=3), "forget")
        self.on_event("Forget", AccountDataDeletionRequested, self._site.storage.bus)
        self.on_event("Forget", PhotoRemoved, self._site.storage.bus)
