"""The composition root of the analytics feature."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lambdas.analytics.account_zone import AccountZones
from lambdas.analytics.accounts import AccountFinder
from lambdas.analytics.answering.answer_store import AnswerStore
from lambdas.analytics.answering.answers import Answers
from lambdas.analytics.answering.export import Exports
from lambdas.analytics.answering.post_list import Cursors, PostList
from lambdas.analytics.answering.story_list import StoryList
from lambdas.analytics.collecting.collect_now import CollectNow
from lambdas.analytics.collecting.collection import Collection
from lambdas.analytics.collecting.counting import CountingTransport
from lambdas.analytics.collecting.sweep import CollectQueue, Sweep
from lambdas.analytics.deletion import NumbersDeletion
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.settings import AnalyticsSettings
from lambdas.api.app import HttpDependencies
from lambdas.graph.transport import RequestsTransport
from lambdas.instagram.account_rows import AccountRows
from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.kit.events import EventBus
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# A rotated secret is noticed after this; cursors that were issued before it are refused then.
SECRET_CACHE_SECONDS = 3600


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
        return NumbersDeletion(
            feature=self.feature,
            marks=self.marks,
            clock=self.clock,
            table=self.table,
            tenant=self.settings.tenant,
        )

    @functools.cached_property
    def marks(self) -> DeletionMarks:
        """Return the marks of accounts whose data must be deleted."""
        return DeletionMarks(self.aws.table(self.settings.events_table_name))

    @functools.cached_property
    def objects(self) -> ObjectStore:
        """Return the bucket that large exports are written to."""
        return ObjectStore(self.aws.s3, self.settings.bucket_name)

    @functools.cached_property
    def accounts(self) -> AccountFinder:
        """Return the finder of accounts."""
        settings = self.settings
        return AccountFinder(
            rows=AccountRows(self.tokens_table, settings.tenant),
            reader=self.reader,
            site_account=settings.ig_user_id,
            bootstrap=bool(settings.bootstrap_token),
            login_type=settings.login_type,
            clock=self.clock,
        )

    @functools.cached_property
    def answers(self) -> Answers:
        """Return the service of answers."""
        return Answers(
            reader=self.reader,
            store=AnswerStore(self.table, self.reader, self.marks),
            settings=self.settings,
            clock=self.clock,
            logger=self.logger,
        )

    @functools.cached_property
    def cursors(self) -> Cursors:
        """Return the maker of cursors."""
        return Cursors(self._cursor_secret)

    @functools.cached_property
    def post_list(self) -> PostList:
        """Return the list of posts."""
        return PostList(self.answers, self.cursors)

    @functools.cached_property
    def story_list(self) -> StoryList:
        """Return the list of stories."""
        return StoryList(self.answers, self.cursors)

    @functools.cached_property
    def exports(self) -> Exports:
        """Return the export of tables."""
        return Exports(self.answers, self.objects)

    @functools.cached_property
    def account_zones(self) -> AccountZones:
        """Return the accounts' zones."""
        return AccountZones(self.table, self.marks, self.settings.tenant)

    @functools.cached_property
    def collect_now(self) -> CollectNow:
        """Return the start of collections by hand."""
        return CollectNow(
            table=self.table,
            tenant=self.settings.tenant,
            queue=self.queue,
            clock=self.clock,
        )

    def warm_up(self) -> None:
        """Build what the first answer needs, for a snapshot. Calls nothing: answers would age."""
        _ = self.accounts, self.answers, self.post_list, self.story_list, self.secrets
        ZoneInfo(self.settings.time_zone)

    def _cursor_secret(self) -> str:
        arn = self.settings.cursor_secret_arn
        return str(self.secrets.get(arn, max_age=SECRET_CACHE_SECONDS))
