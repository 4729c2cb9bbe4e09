"""The guests' pages, their uploads, and the making of pictures."""

from __future__ import annotations

from aws_cdk import aws_events as events
from constructs import Construct

from lambdas.guests.settings import DEVICE_COOKIE, MAX_RECEIVE_COUNT, PAGE_QUERY, GuestsSettings
from lambdas.storage import keys
from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.kit.feature import CachedPages, FeatureStack
from stacks.storage import StorageStack

PUBLIC_PAGES = "Guests have no accounts: whoever knows the event's address may look and add photos, within the event's limits."


class GuestsStack(FeatureStack):
    """`/g/...`: pages, uploads, photos."""

    def __init__(
        self, scope: Construct, config: StageConfig, storage: StorageStack, api: ApiStack
    ) -> None:
        super().__init__(scope, config, "guests", storage.foundation)
        settings = GuestsSettings(
            table_name=storage.table.table_name,
            bucket_name=storage.bucket.bucket_name,
            bus_name=storage.bus.event_bus_name,
            cursor_secret_arn=storage.cursor_secret.secret_arn,
            public_url=api.public_url,
            site_name=config.site_name,
            time_zone=config.time_zone,
            date_events=config.date_events,
            feed_freshness_minutes=config.feed_freshness_minutes,
            max_file_bytes=config.max_file_bytes,
            max_event_files=config.max_event_files,
            max_event_bytes=config.max_event_bytes,
            photos_url=api.public_url if config.edge else "",
            media_origins=config.media_origins,
        )

        view = self.add_function(
            "view",
            "Event pages and their photos",
            settings,
            seconds=10,
            megabytes=1024,
            snapshot=True,
        )
        upload = self.add_function(
            "upload", "Takes announcements of uploads", settings, seconds=15, megabytes=1024
        )
        process = self.add_function(
            "process",
            "Makes pictures of uploads",
            settings,
            seconds=60,
            megabytes=2048,
            reserved_concurrency=20,
        )
        operate = self.add_function(
            "operate", "Shows operators an event's photos", settings, seconds=15, megabytes=512
        )

        pages = (
            "GET /g/{event_id}",
            "GET /g/{event_id}/tiles",
            "GET /g/{event_id}/photos",
            "GET /assets/{name}",
            "$default",
        )
        uploads = (
            "POST /g/{event_id}/uploads",
            "GET /g/{event_id}/uploads",
            "GET /g/{event_id}/upload",
            "DELETE /g/{event_id}/photos/{photo_id}",
        )
        self.add_route(api.api, view, *pages, no_auth_reason=PUBLIC_PAGES)
        self.cached_pages.append(CachedPages("g/*", (DEVICE_COOKIE,), PAGE_QUERY))
        self.add_route(api.api, upload, *uploads, no_auth_reason=PUBLIC_PAGES)
        self.add_route(
            api.api, operate, "GET /events/{event_id}/photos", authorizer=api.operators_only
        )

        self.add_queue("Processing", process, max_receive_count=MAX_RECEIVE_COUNT)
        arrived = {
            "bucket": {"name": [storage.bucket.bucket_name]},
            "object": {"key": [{"prefix": keys.ORIGINALS_PREFIX}]},
        }
        pattern = events.EventPattern(
            source=["aws.s3"], detail_type=["Object Created"], detail=arrived
        )
        self.add_rule("OriginalArrived", pattern, "Processing")

        storage.cursor_secret.grant_read(view)
        storage.bus.grant_put_events_to(view)
        table, index = storage.table.table_arn, storage.timeline_index_arn
        shown, originals = (
            storage.objects_under(keys.SHOWN_PREFIX),
            storage.objects_under(keys.ORIGINALS_PREFIX),
        )
        self.allow(view, ["dynamodb:GetItem", "dynamodb:UpdateItem"], table)
        self.allow(view, ["dynamodb:Query"], index)
        self.allow(view, ["s3:GetObject"], shown)
        row_changes = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        self.allow(
            upload,
            ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", *row_changes],
            table,
        )
        self.allow(upload, ["s3:PutObject"], originals)
        self.allow(upload, ["s3:DeleteObject"], originals, shown)
        self.allow(
            process,
            [
                "dynamodb:BatchGetItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ],
            table,
        )
        self.allow(process, ["s3:GetObject"], originals)
        # S3 tells only those who may list that an object is missing (a guest deleted it): others are told that it is forbidden.
        self.allow(process, ["s3:ListBucket"], storage.bucket.bucket_arn)
        self.allow(process, ["s3:PutObject"], shown)
        self.allow(process, ["s3:DeleteObject"], originals, shown)
        self.allow(operate, ["dynamodb:GetItem", "dynamodb:Query"], table)
        self.allow(operate, ["s3:GetObject", "s3:GetObjectVersion"], originals)
