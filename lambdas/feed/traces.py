"""What is left of posts beside their rows: zip files with their pictures, and shared answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.instagram.coalescing_store import BODY, ROW
from lambdas.storage import keys
from lambdas.storage.conditional import delete_if, update_if
from lambdas.storage.events.downloads import Download
from lambdas.storage.rows import scan_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class PostTraces:
    """The traces of posts in the table of events. Both methods scan all of it."""

    table: Table

    def end_downloads(self, event_ids: Collection[str], now: datetime) -> None:
        """End the downloads of events that hold posts' pictures; the sweep deletes their files."""
        downloads = Attr(keys.SORT).begins_with(keys.DOWNLOAD_PREFIX) & Attr("with_posts").eq(True)
        for row in scan_all(self.table, FilterExpression=downloads, ConsistentRead=True):
            download = Download.from_row(row)
            if download.event_id not in event_ids or download.valid_until <= now:
                continue
            ended = replace(download, valid_until=now).to_row()
            put = {name: ended[name] for name in ("valid_until", keys.TIMELINE_SORT)}
            update_if(self.table, download.key, Attr(keys.PARTITION).exists(), put=put)

    def forget_answers(self) -> None:
        """Delete the answers of Instagram that functions share; who waits for one reads itself."""
        answers = Attr(keys.SORT).eq(ROW) & Attr(BODY).exists()
        for row in scan_all(self.table, FilterExpression=answers, ConsistentRead=True):
            key = {name: str(row[name]) for name in (keys.PARTITION, keys.SORT)}
            delete_if(self.table, key, Attr(BODY).exists())
