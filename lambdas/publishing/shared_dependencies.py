"""What all functions of the publishing feature work with."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from lambdas.api.app import HttpDependencies
from lambdas.instagram.account_rows import AccountRows
from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.kit.events import EventBus
from lambdas.publishing.account_state import AccountStates
from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.quota import DynamoQuotaStore, QuotaBook
from lambdas.publishing.reporting import Reports
from lambdas.publishing.schedules import Schedules, StartQueue
from lambdas.publishing.settings import PublishingSettings
from lambdas.storage.events.consent import PostablePhotos
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.event import EventStore
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class SharedDependencies(
    HttpDependencies[PublishingSettings], InstagramDependencies[PublishingSettings]
):
    """Posts, accounts, files and the ways to people."""

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
    def account_rows(self) -> AccountRows:
        """Return the rows of connected accounts."""
        return AccountRows(self.tokens_table, self.settings.tenant)

    @functools.cached_property
    def account_states(self) -> AccountStates:
        """Return whether posts of an account are stopped."""
        return AccountStates(self.table, self.settings.tenant)

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

    @functools.cached_property
    def quota(self) -> QuotaBook:
        """Return the accounts' publishing quotas."""
        return QuotaBook(DynamoQuotaStore(self.table, self.settings.tenant))

    @functools.cached_property
    def reports(self) -> Reports:
        """Return the reports to people."""
        return Reports(
            sns=self.aws.sns,
            topic_arn=self.settings.topic_arn,
            table=self.table,
            tenant=self.settings.tenant,
            rows=self.account_rows,
            public_url=self.settings.public_url,
            clock=self.clock,
            emit=self.metrics.emit,
        )

    @functools.cached_property
    def postable_photos(self) -> PostablePhotos:
        """Return the reader of guests' photos that may be posted."""
        table, settings = self.aws.table(self.settings.events_table_name), self.settings
        dates = settings.time_zone, settings.date_events, settings.posting_consent
        return PostablePhotos(EventStore(table, *dates), PhotoStore(table, self.clock))
