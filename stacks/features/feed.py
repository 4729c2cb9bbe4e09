"""Brings the account's own posts of an event's window into that event."""

from __future__ import annotations

from aws_cdk import aws_events as events
from constructs import Construct

from lambdas.feed.settings import FeedSettings
from lambdas.kit.events import AccountDataDeletionRequested, FeedFoundStale
from lambdas.storage import keys
from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.instagram import allow_usable_tokens, instagram_settings
from stacks.kit.feature import FeatureStack
from stacks.storage import StorageStack

MAX_RECEIVE_COUNT = 3


class FeedStack(FeatureStack):
    """Reads posts when a view found them stale."""

    def __init__(
        self, scope: Construct, config: StageConfig, storage: StorageStack, _: ApiStack
    ) -> None:
        super().__init__(scope, config, "feed", storage.foundation, holds_tokens=True)
        settings = FeedSettings(
            table_name=storage.table.table_name,
            bucket_name=storage.bucket.bucket_name,
            bus_name=storage.bus.event_bus_name,
            time_zone=config.time_zone,
            date_events=config.date_events,
            feed_freshness_minutes=config.feed_freshness_minutes,
            media_hosts=config.media_hosts,
            **instagram_settings(self, storage),
        )
        refresh = self.add_function(
            "refresh",
            "Reads an event's Instagram posts",
            settings,
            seconds=60,
            megabytes=1769,
            reserved_concurrency=10,
        )

        self.add_queue("Refresh", refresh, max_receive_count=MAX_RECEIVE_COUNT)
        pattern = events.EventPattern(
            source=[FeedFoundStale.source], detail_type=[FeedFoundStale.detail_type()]
        )
        self.add_rule("FeedFoundStale", pattern, "Refresh", storage.bus)

        row_actions = [
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ]
        self.allow(refresh, row_actions, storage.table.table_arn)
        self.allow(
            refresh, ["s3:PutObject", "s3:DeleteObject"], storage.objects_under(keys.SHOWN_PREFIX)
        )
        allow_usable_tokens(self, refresh, storage)
        storage.bus.grant_put_events_to(refresh)

        forget = self.add_function(
            "forget",
            "Deletes an account's posts for its owner",
            settings,
            seconds=300,
            megabytes=512,
            reserved_concurrency=2,
        )
        self.add_queue("Forget", forget, max_receive_count=MAX_RECEIVE_COUNT)
        fact = AccountDataDeletionRequested
        asked = events.EventPattern(source=[fact.source], detail_type=[fact.detail_type()])
        self.add_rule("DeletionRequested", asked, "Forget", storage.bus)
        self.allow(forget, ["dynamodb:DeleteItem", "dynamodb:Scan"], storage.table.table_arn)
        self.allow(forget, ["s3:DeleteObject"], storage.objects_under(keys.SHOWN_PREFIX))
