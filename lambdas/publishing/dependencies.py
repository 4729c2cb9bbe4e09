"""The composition root of the publishing feature."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from lambdas.api.app import HttpDependencies
from lambdas.graph.transport import RequestsTransport
from lambdas.instagram.account_rows import AccountRows
from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.kit.events import EventBus, TokenRefused
from lambdas.publishing.account_state import AccountStates
from lambdas.publishing.containers import Containers
from lambdas.publishing.executions import Executions
from lambdas.publishing.files import PostFiles
from lambdas.publishing.follow_up import FollowUp
from lambdas.publishing.going_live import GoingLive
from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.meeting import Meeting
from lambdas.publishing.photo_rules import PhotoRules
from lambdas.publishing.preflight import preflight
from lambdas.publishing.published import PublishedMedia
from lambdas.publishing.quota import DynamoQuotaStore, QuotaBook
from lambdas.publishing.records import Post, Prepared
from lambdas.publishing.removal import PhotoRemoval, PostsDeletion
from lambdas.publishing.reporting import Reports
from lambdas.publishing.schedules import Schedules, StartQueue
from lambdas.publishing.settings import PublishingSettings
from lambdas.publishing.wake_up import WakeUp
from lambdas.publishing.stops import Stops
from lambdas.publishing.sweep import Sweep
from lambdas.publishing.workflow import Workflow
from lambdas.storage.events.consent import PostablePhoto, PostablePhotos
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.event import EventStore
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from lambdas.publishing.preparing import Preparing

# A rotated secret is noticed after this; cursors that were issued before it are refused then.
SECRET_CACHE_SECONDS = 3600


class PublishingDependencies(
    HttpDependencies[PublishingSettings], InstagramDependencies[PublishingSettings]
):
    """Everything that the publishing functions work with."""

    feature = "publishing"
    settings_type = PublishingSettings

    @functools.cached_property
    def table(self) -> Table:
        """Return the table of posts."""
        return self.aws.table(self.settings.posts_table_name)

    @functools.cached_property
    def ledger(self) -> DynamoLedger:
        """Return the ledger of posts."""
        return DynamoLedger(self.table, self.marks, self.settings.tenant)

    @functools.cached_property
    def schedules(self) -> Schedules:
        """Return the schedules of posts."""
        return Schedules(self.aws.scheduler, self.settings)

    @functools.cached_property
    def start_queue(self) -> StartQueue:
        """Return the queue of posts whose time has come."""
        return StartQueue(self.aws.sqs, self.settings.start_queue_url)

    @functools.cached_property
    def executions(self) -> Executions:
        """Return the executions of posts."""
        return Executions(self.aws.step_functions, self.settings.workflow_arn)

    @functools.cached_property
    def wake_up(self) -> WakeUp:
        """Return what starts posts whose time has come."""
        return WakeUp(self.ledger, self.executions, self.clock, self.logger)

    @functools.cached_property
    def account_states(self) -> AccountStates:
        """Return whether posts of an account are stopped."""
        return AccountStates(self.table, self.settings.tenant)

    @functools.cached_property
    def quota(self) -> QuotaBook:
        """Return the accounts' publishing quotas."""
        return QuotaBook(DynamoQuotaStore(self.table, self.settings.tenant))

    @functools.cached_property
    def preflight(self) -> Callable[[str, Prepared], str | None]:
        """Return what looks at a file as Instagram does, before Instagram does."""
        transport = RequestsTransport()

        def look(address: str, file: Prepared) -> str | None:
            found = preflight(address, file.content_type, file.size, transport=transport)
            if found:
                self.logger.warning("file not fetched", extra={"problem": found.message})
            return found.message if found else None

        return look

    @functools.cached_property
    def preparing(self) -> Preparing:
        """Return what prepares the files of posts. Imports the libraries of pictures and videos."""
        from lambdas.publishing.preparing import Preparing
        from lambdas.publishing.sources import Sources

        sources = Sources(self.objects, self.postable_photos, self.settings.private_addresses)
        return Preparing(self.ledger, sources, self.objects, self.clock)

    @functools.cached_property
    def files(self) -> PostFiles:
        """Return the prepared files of posts."""
        return PostFiles(self.objects, self.settings.media_url, self.preflight)

    @functools.cached_property
    def meeting(self) -> Meeting:
        """Return what posts do about obstacles."""
        return Meeting(Stops(self.account_states, self.clock), self._refused)

    @functools.cached_property
    def published_media(self) -> PublishedMedia:
        """Return the search for what containers have become."""
        return PublishedMedia(self.ledger.claimed)

    @functools.cached_property
    def containers(self) -> Containers:
        """Return what makes containers."""
        return Containers(self.quota, self.files, self.meeting, self.settings.media_url)

    @functools.cached_property
    def workflow(self) -> Workflow:
        """Return the workflow of posts."""
        return Workflow(
            ledger=self.ledger,
            accounts=self.instagram,
            quota=self.quota,
            files=self.files,
            containers=self.containers,
            going_live=GoingLive(self.containers, self.published_media, self.meeting),
            follow_up=FollowUp(self.published_media),
            meeting=self.meeting,
            clock=self.clock,
            refusal=self.photo_rules,
            report=self.reports.failed,
            published=self.reports.published,
        )

    @functools.cached_property
    def sweep(self) -> Sweep:
        """Return the search for what an interruption left."""
        return Sweep(
            ledger=self.ledger,
            executions=self.executions,
            schedule=self.schedules.put,
            advance=self.workflow.advance,
            clock=self.clock,
            logger=self.logger,
        )

    @functools.cached_property
    def photo_rules(self) -> Callable[[Post], str | None]:
        """Return what says why a post may not be published: a guest's photo, above all."""
        return PhotoRules(self.postable_photos).refusal

    @functools.cached_property
    def postable_photos(self) -> Callable[[str, str], PostablePhoto | None]:
        """Return what finds guests' photos that may be posted."""
        table, settings = self.aws.table(self.settings.events_table_name), self.settings
        dates = settings.time_zone, settings.date_events, settings.posting_consent
        return PostablePhotos(EventStore(table, *dates), PhotoStore(table, self.clock)).get

    @functools.cached_property
    def photo_removal(self) -> PhotoRemoval:
        """Return what cancels posts whose photo is gone."""
        return PhotoRemoval(self.ledger, self.schedules, self.clock)

    @functools.cached_property
    def deletion(self) -> PostsDeletion:
        """Return the deletion of an account's posts."""
        return PostsDeletion(
            table=self.table,
            tenant=self.settings.tenant,
            marks=self.marks,
            schedules=self.schedules,
            files=self.files,
            clock=self.clock,
        )

    @functools.cached_property
    def reports(self) -> Reports:
        """Return the reports to people."""
        return Reports(
            sns=self.aws.sns,
            topic_arn=self.settings.topic_arn,
            table=self.table,
            rows=self.account_rows,
            public_url=self.settings.public_url,
            clock=self.clock,
            emit=self.metrics.emit,
        )

    @functools.cached_property
    def account_rows(self) -> AccountRows:
        """Return the rows of connected accounts."""
        return AccountRows(self.tokens_table, self.settings.tenant)

    @functools.cached_property
    def objects(self) -> ObjectStore:
        """Return the bucket of photos, uploads and prepared media."""
        return ObjectStore(self.aws.s3, self.settings.bucket_name)

    @functools.cached_property
    def bus(self) -> EventBus:
        """Return the stage's event bus."""
        return EventBus(self.aws.eventbridge, self.settings.bus_name)

    @functools.cached_property
    def marks(self) -> DeletionMarks:
        """Return the marks of accounts whose data must be deleted."""
        return DeletionMarks(self.aws.table(self.settings.events_table_name))

    def _refused(self, account_id: str) -> None:
        self.bus.publish(TokenRefused(account_id))

    def cursor_secret(self) -> str:
        """Return the secret that signs cursors."""
        arn = self.settings.cursor_secret_arn
        return str(self.secrets.get(arn, max_age=SECRET_CACHE_SECONDS))
