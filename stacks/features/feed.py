"""Brings the account's own posts of an event's window into that event."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from lambdas.feed.settings import FeedSettings
from lambdas.kit.events import AccountDataDeletionRequested, FeedFoundStale
from lambdas.storage import object_keys
from stacks.instagram import allow_usable_tokens, instagram_settings
from stacks.kit.feature import FeatureStack
from stacks.kit.functions import FunctionSpec, QueueSpec
from stacks.kit.grants import Objects, Pattern, Rows, allow_rows
from stacks.site import Site

REFRESH = FunctionSpec(
    name="refresh",
    description="Reads an event's Instagram posts",
    timeout_seconds=60,
    memory_mb=1769,
    reserved_concurrency=10,
)
FORGET = FunctionSpec(
    name="forget",
    description="Deletes an account's posts at its owner's request",
    timeout_seconds=300,
    memory_mb=512,
    reserved_concurrency=2,
)


class FeedStack(FeatureStack):
    """Reads posts after a page view found them out of date."""

    feature = "feed"
    function_specs = (REFRESH, FORGET)
    holds_tokens = True
    keeps_account_data = True

    def __init__(self, scope: Construct, site: Site) -> None:
        super().__init__(scope, site.config, site.storage.foundation)
        self._site = site
        settings = self._settings()
        refresh = self.add_function(REFRESH, settings)
        self.add_queue(QueueSpec(name="Refresh", max_receive_count=3), "refresh")
        self.on_event("Refresh", FeedFoundStale, site.storage.bus)
        forget = self.add_function(FORGET, settings)
        self.add_queue(QueueSpec(name="Forget", max_receive_count=3), "forget")
        self.on_event("Forget", AccountDataDeletionRequested, site.storage.bus)
        self._allow_refreshes(refresh)
        self._allow_deletions(forget)

    def _settings(self) -> FeedSettings:
        storage = self._site.storage
        return FeedSettings(
            table_name=storage.table.table_name,
            bucket_name=storage.bucket.bucket_name,
            bus_name=storage.bus.event_bus_name,
            time_zone=self.config.time_zone,
            date_events=self.config.date_events,
            feed_freshness_minutes=self.config.feed_freshness_minutes,
            media_hosts=self.config.media_hosts,
            **instagram_settings(self, storage),
        )

    def _allow_refreshes(self, refresh: lambda_.Function) -> None:
        storage = self._site.storage
        # Each post is written together with a check that its owner's data is not being deleted.
        changes = (Rows.PUT, Rows.UPDATE, Rows.DELETE, Rows.CHECK)
        allow_rows(refresh, storage.table, Rows.GET, Rows.QUERY, *changes)
        shown, pending = self._copies()
        self.allow_objects(refresh, [Objects.WRITE, Objects.DELETE], shown)
        self.allow_objects(refresh, [Objects.DELETE], pending)
        prove = self.config.prove_app_secret
        allow_usable_tokens(refresh, storage, prove_app_secret=prove)
        storage.bus.grant_put_events_to(refresh)

    def _allow_deletions(self, forget: lambda_.Function) -> None:
        storage = self._site.storage
        allow_rows(forget, storage.table, Rows.SCAN, Rows.PUT, Rows.UPDATE, Rows.DELETE)
        self.allow_objects(forget, [Objects.DELETE], *self._copies())

    def _copies(self) -> tuple[Pattern, Pattern]:
        """Return where copies of pictures are: public, and private while a host hides the post."""
        under = self._site.storage.objects_under
        return under(object_keys.SHOWN_PREFIX), under(object_keys.PENDING_PREFIX)
