"""Brings the account's own posts of an event's window into that event."""

from __future__ import annotations

from aws_cdk import CfnParameter
from aws_cdk import aws_events as events
from constructs import Construct

from lambdas.feed.settings import FeedSettings
from lambdas.kit.events import FeedFoundStale
from lambdas.storage import keys
from stacks.config import StageConfig
from stacks.kit.room import RoomStack
from stacks.storage import StorageStack

MOST_RECEIVES = 3


class FeedStack(RoomStack):
    """Reads posts when a view found them stale."""

    def __init__(self, scope: Construct, config: StageConfig, storage: StorageStack) -> None:
        super().__init__(scope, config, "feed")
        # A parameter, so that the token stands in no template; it is needed only until an account has been connected.
        token = CfnParameter(self, "BootstrapToken", no_echo=True, default="", description="IG_ACCESS_TOKEN of the functions")
        account = CfnParameter(self, "BootstrapAccount", default="", description="IG_USER_ID of the functions")
        settings = FeedSettings(
            table_name=storage.table.table_name,
            bucket_name=storage.bucket.bucket_name,
            time_zone=config.time_zone,
            date_events=config.date_events,
            feed_freshness_minutes=config.feed_freshness_minutes,
            login_flavour=config.login_flavour,
            media_hosts=config.media_hosts,
            instagram_graph_base=config.graph_address("graph.instagram.com"),
            facebook_graph_base=config.graph_address("graph.facebook.com"),
            ig_access_token=token.value_as_string,
            ig_user_id=account.value_as_string,
        )
        refresh = self.add_function("refresh", "Reads an event's Instagram posts", settings, seconds=60, megabytes=1769)

        self.add_queue("Refresh", refresh, most_receives=MOST_RECEIVES)
        pattern = events.EventPattern(source=[FeedFoundStale.source], detail_type=[FeedFoundStale.detail_type()])
        self.add_rule("FeedFoundStale", pattern, "Refresh")

        row_actions = [
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ]
        self.allow(refresh, row_actions, storage.table.table_arn)
        self.allow(refresh, ["s3:PutObject", "s3:DeleteObject"], storage.objects_under(keys.SHOWN_PREFIX))
