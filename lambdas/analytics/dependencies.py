"""The composition root of the analytics feature."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.settings import AnalyticsSettings
from lambdas.api.app import HttpDependencies
from lambdas.instagram.dependencies import InstagramDependencies
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class AnalyticsDependencies(
    HttpDependencies[AnalyticsSettings], InstagramDependencies[AnalyticsSettings]
):
    """Everything that the analytics functions work with."""

    feature = "analytics"
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
    def marks(self) -> DeletionMarks:
        """Return the marks of accounts whose data must be deleted."""
        return DeletionMarks(self.aws.table(self.settings.events_table_name))

    @functools.cached_property
    def objects(self) -> ObjectStore:
        """Return the bucket that large exports are written to."""
        return ObjectStore(self.aws.s3, self.settings.bucket_name)
