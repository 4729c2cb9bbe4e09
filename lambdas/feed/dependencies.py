"""The composition root of the feed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from lambdas.feed.deletion import PostDeletion
from lambdas.feed.empty_answer import EmptyAnswers
from lambdas.feed.refresh import FeedAccount, FeedRefresher
from lambdas.feed.settings import FeedSettings
from lambdas.feed.stills import StillCopier
from lambdas.feed.traces import PostTraces
from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.kit.events import EventBus
from lambdas.storage.events.cleanup import CleanupStore
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.event import EventStore
from lambdas.storage.events.feed_state import FeedStateStore
from lambdas.storage.events.post import PostStore
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class FeedDependencies(InstagramDependencies[FeedSettings]):
    """Everything that the feed's functions work with."""

    feature = "feed"
    settings_type = FeedSettings

    @functools.cached_property
    def table(self) -> Table:
        """Return the table of events, photos and posts."""
        return self.aws.table(self.settings.table_name)

    @functools.cached_property
    def events(self) -> EventStore:
        """Return the events."""
        return EventStore(self.table, self.settings.time_zone, self.settings.date_events)

    @functools.cached_property
    def posts(self) -> PostStore:
        """Return the stored Instagram posts."""
        return PostStore(self.table)

    @functools.cached_property
    def marks(self) -> DeletionMarks:
        """Return the marks of accounts whose data must be deleted."""
        return DeletionMarks(self.table)

    @functools.cached_property
    def bus(self) -> EventBus:
        """Return the stage's event bus."""
        return EventBus(self.aws.eventbridge, self.settings.bus_name)

    @functools.cached_property
    def stills(self) -> StillCopier:
        """Return the copier of the posts' pictures."""
        objects = ObjectStore(self.aws.s3, self.settings.bucket_name)
        return StillCopier(
            objects,
            CleanupStore(self.table),
            self.clock,
            self.transport,
            self.settings.media_hosts,
            self.logger,
        )

    def account_to_show(self, account_id: str | None) -> FeedAccount | None:
        """Return an account, without an id the site's own; None if it is not connected."""
        usable = self.token_provider.usable_token(account_id)
        if usable is None:
            return None
        return FeedAccount(self.instagram.account_of(usable), usable.connected_at)

    @functools.cached_property
    def refresher(self) -> FeedRefresher:
        """Return the refresher of an event's posts."""
        return FeedRefresher(
            account=self.account_to_show,
            posts=self.posts,
            marks=self.marks,
            empty_answers=EmptyAnswers(self.table),
            states=FeedStateStore(self.table, self.settings.feed_freshness),
            stills=self.stills,
            bus=self.bus,
            clock=self.clock,
            rng=self.rng,
            logger=self.logger,
        )

    @functools.cached_property
    def deletion(self) -> PostDeletion:
        """Return the deletion of an account's posts."""
        return PostDeletion(
            feature=self.feature,
            marks=self.marks,
            clock=self.clock,
            posts=self.posts,
            stills=self.stills,
            traces=PostTraces(self.table),
        )
