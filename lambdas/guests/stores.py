"""What the guests' feature keeps, and where: the base of its composition root."""

from __future__ import annotations

import functools
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING

from lambdas.api.app import HttpDependencies
from lambdas.guests.links import PictureLinks
from lambdas.guests.settings import DateUploads, GuestsSettings
from lambdas.instagram.account_rows import AccountRows
from lambdas.kit.events import EventBus
from lambdas.storage.events.cleanup import CleanupStore
from lambdas.storage.events.consent import Consents
from lambdas.storage.events.event import EventStore
from lambdas.storage.events.event_writes import EventWriter
from lambdas.storage.events.feed_state import FeedStateStore
from lambdas.storage.events.host_audit import HostAudit
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.events.reports import ReportStore
from lambdas.storage.events.usage import Quota
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# A rotated secret is noticed after this; cursors that were issued before it are refused then.
SECRET_CACHE_SECONDS = 3600


class GuestsStores(HttpDependencies[GuestsSettings]):
    """The rows, objects and secrets of events."""

    feature = "guests"
    settings_type = GuestsSettings

    @functools.cached_property
    def table(self) -> Table:
        """Return the table of events, photos and posts."""
        return self.aws.table(self.settings.table_name)

    @functools.cached_property
    def events(self) -> EventStore:
        """Return the events."""
        settings = self.settings
        dates = (settings.time_zone, settings.date_events, settings.posting_consent)
        uploads = settings.date_uploads is not DateUploads.NONE
        return EventStore(self.table, *dates, date_uploads=uploads)

    @functools.cached_property
    def event_writer(self) -> EventWriter:
        """Return the changes of operators' events."""
        return EventWriter(self.table)

    @functools.cached_property
    def feeds(self) -> FeedStateStore:
        """Return what is known of the events' Instagram posts."""
        return FeedStateStore(self.table, self.settings.feed_freshness)

    @functools.cached_property
    def photos(self) -> PhotoStore:
        """Return the guests' photos."""
        return PhotoStore(self.table, self.clock)

    @functools.cached_property
    def objects(self) -> ObjectStore:
        """Return the photo bucket."""
        return ObjectStore(self.aws.s3, self.settings.bucket_name)

    @functools.cached_property
    def links(self) -> PictureLinks:
        """Return the links to shown pictures."""
        return PictureLinks(self.objects, self.clock, self.settings.photos_url)

    @functools.cached_property
    def bus(self) -> EventBus:
        """Return the stage's event bus."""
        return EventBus(self.aws.eventbridge, self.settings.bus_name)

    @functools.cached_property
    def executor(self) -> Executor:
        """Return the threads for reads that run at the same time."""
        return ThreadPoolExecutor(max_workers=2)

    @functools.cached_property
    def quota(self) -> Quota:
        """Return what an event accepts."""
        settings = self.settings
        return Quota(settings.max_event_files, settings.max_event_bytes, settings.max_file_bytes)

    @functools.cached_property
    def consents(self) -> Consents:
        """Return the record of what guests allow."""
        return Consents(self.table)

    @functools.cached_property
    def cleanup(self) -> CleanupStore:
        """Return the marks of what is half done."""
        return CleanupStore(self.table)

    @functools.cached_property
    def reports(self) -> ReportStore:
        """Return guests' reports of photos."""
        return ReportStore(self.table)

    @property
    def accounts(self) -> AccountRows:
        """Return the rows of connected accounts; nothing decrypts their tokens."""
        table = self.aws.table(self.settings.tokens_table_name)
        return AccountRows(table, self.settings.tenant)

    @functools.cached_property
    def audit(self) -> HostAudit:
        """Return the record of what hosts and operators did."""
        return HostAudit(self.table)

    @property
    def cursor_secret(self) -> str:
        """Return the secret that signs cursors."""
        arn = self.settings.cursor_secret_arn
        return str(self.secrets.get(arn, max_age=SECRET_CACHE_SECONDS))
