"""The composition root of the analytics feature."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from lambdas.analytics.collection import Collection
from lambdas.analytics.counting import CountingTransport
from lambdas.analytics.deletion import NumbersDeletion
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.settings import AnalyticsSettings
from lambdas.analytics.sweep import CollectQueue, Sweep
from lambdas.api.app import HttpDependencies
from lambdas.graph.transport import RequestsTransport
from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.kit.events import EventBus
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class AnalyticsDependencies(
    HttpDependencies[AnalyticsSettings], InstagramDependencies[AnalyticsSettings]
):
    """Everything that the analytics functions work with."""

    feature = "analytics"
    # Pages, publishing and token checks keep the rest of Meta's limits.
    max_usage = 70.0
    settings_type = AnalyticsSettings

    @functools.cached_property
    def table(self) -> Table:
        """Return the table of numbers."""
        return self.aws.table(self.settings.analytics_table_name)

    @functools.cached_property
    def reader(self) -> NumbersReader:
        """Return the reader of stored numbers."""
        return NumbersReader(self.table, self.settings.tenant)

    @functools.cached_property
    def transport(self) -> CountingTransport:
        """Return the transport to Meta's hosts, which counts its calls."""
        return CountingTransport(RequestsTransport())

    @functools.cached_property
    def bus(self) -> EventBus:
        """Return the stage's event bus."""
        return EventBus(self.aws.eventbridge, self.settings.bus_name)

    @functools.cached_property
    def queue(self) -> CollectQueue:
        """Return the queue of units to collect."""
        return CollectQueue(self.aws.sqs, self.settings.collect_queue_url)

    @functools.cached_property
    def collection(self) -> Collection:
        """Return the collection of units."""
        return Collection(
            table=self.table,
            reader=self.reader,
            marks=self.marks,
            instagram=self.instagram,
            bus=self.bus,
            site_zone=self.settings.time_zone,
            clock=self.clock,
            logger=self.logger,
        )

    @functools.cached_property
    def sweep(self) -> Sweep:
        """Return the search for what is due."""
        return Sweep(
            tokens=self.tokens_table,
            tenant=self.settings.tenant,
            bootstrap_account=self.settings.ig_user_id if self.settings.bootstrap_token else "",
            reader=self.reader,
            queue=self.queue,
            clock=self.clock,
            emit=self.metrics.emit,
        )

    @functools.cached_property
    def deletion(self) -> NumbersDeletion:
        """Return the deletion of an account's numbers."""
        return NumbersDeletion(self.table, self.settings.tenant, self.marks, self.clock)

    @functools.cached_property
    def marks(self) -> DeletionMarks:
        """Return the marks of accounts whose data must be deleted."""
        return DeletionMarks(self.aws.table(self.settings.events_table_name))

    @functools.cached_property
    def objects(self) -> ObjectStore:
        """Return the bucket that large exports are written to."""
        return ObjectStore(self.aws.s3, self.settings.bucket_name)
