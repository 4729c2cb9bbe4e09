"""How the parts of downloads are put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from lambdas.guests.downloads.choosing import Chooser
from lambdas.guests.downloads.downloads import Downloads
from lambdas.guests.downloads.expiry import DownloadExpiry
from lambdas.guests.downloads.orders import OrderQueue
from lambdas.guests.downloads.packing import Packer
from lambdas.guests.downloads.planning import Planner
from lambdas.guests.settings import GuestsSettings
from lambdas.kit.aws import AwsClients
from lambdas.kit.clock import Clock
from lambdas.storage.archives import ArchiveStore
from lambdas.storage.events.downloads import DownloadStore
from lambdas.storage.events.event import EventStore
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class DownloadsWiring:
    """Builds what makes downloads from what the feature has."""

    settings: GuestsSettings
    aws: AwsClients
    events: EventStore
    table: Table
    clock: Clock
    logger: Logger

    @property
    def downloads(self) -> Downloads:
        """Return what hosts and guests do with downloads."""
        return Downloads(
            store=DownloadStore(self.table),
            planner=self._planner,
            chooser=Chooser(self.table, self._archives),
            archives=self._archives,
            objects=ObjectStore(self.aws.s3, self.settings.bucket_name),
            orders=OrderQueue(self.aws.sqs, self.settings.downloads_queue_url),
            clock=self.clock,
        )

    @property
    def packer(self) -> Packer:
        """Return the maker of zip files."""
        return Packer(
            events=self.events,
            store=DownloadStore(self.table),
            archives=self._archives,
            planner=self._planner,
            clock=self.clock,
            logger=self.logger,
        )

    @property
    def expiry(self) -> DownloadExpiry:
        """Return the end of downloads."""
        return DownloadExpiry(DownloadStore(self.table), self._archives, self.clock, self.logger)

    @property
    def _archives(self) -> ArchiveStore:
        return ArchiveStore(self.aws.s3, self.settings.bucket_name)

    @property
    def _planner(self) -> Planner:
        chooser = Chooser(self.table, self._archives)
        return Planner(chooser, self._archives, self.settings.max_part_bytes, self.clock)
