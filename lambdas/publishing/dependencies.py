"""The composition root of the publishing feature."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from lambdas.api.app import HttpDependencies
from lambdas.instagram.account_rows import AccountRows
from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.kit.events import EventBus
from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.schedules import Schedules, StartQueue
from lambdas.publishing.settings import PublishingSettings
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# A rotated secret is noticed after this; cursors that were issued before it are refused then.
SECRET_CACHE_SECONDS = 3600


class PublishingDependencies(
    HttpDependencies[PublishingSettings], InstagramDependencies[PublishingSettings]
):
    """Everything that the publishing functions work with."""

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

    def cursor_secret(self) -> str:
        """Return the secret that signs cursors."""
        arn = self.settings.cursor_secret_arn
        return str(self.secrets.get(arn, max_age=SECRET_CACHE_SECONDS))
