"""Events of which photos wait for a host: one row for each, written by what made them wait.

Whatever makes a photo wait marks its event first, so that a crash in between leaves a mark too
many, not one too few. `tidy` takes marks away once it has looked.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import Clock, from_rfc3339, to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import delete_if
from lambdas.storage.rows import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# After this the photo that was marked waits indeed: longer than its processing can take.
QUIET = timedelta(minutes=2)
# A host hears of photos that keep coming after this, whether there is a quiet moment or not.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Notice:
    """A mark: since when photos of an event wait, when the last one came, which mark that was."""

    event_id: str
    since: datetime
    marked_at: datetime
    mark: str

    def is_quiet(self, now: datetime) -> bool:
        """Return whether all that was marked waits by now, unless it never will."""
        return now >= self.marked_at + QUIET

    def is_due(self, now: datetime) -> bool:
        """Return whether it is time to look at the event."""
        return self.is_quiet(now) or now >= self.since + PATIENCE


@dataclass(frozen=True)
class NoticeQueue:
    """The marks of all events."""

    table: Table
    clock: Clock

    def mark_waiting(self, event_id: str) -> None:
        """Record that a photo of an event is about to wait for a host. It can be repeated."""
        now = to_sortable(self.clock.now())
        self.table.update_item(
            Key=keys.host_notice_key(event_id),
            UpdateExpression="SET #since = if_not_exists(#since, :now), #at = :now, #mark = :mark",
            ExpressionAttributeNames={"#since": "since", "#at": "marked_at", "#mark": "mark"},
            ExpressionAttributeValues={":now": now, ":mark": secrets.token_hex(8)},
        )

    def due(self) -> list[Notice]:
        """Return the marks that it is time to look at, the oldest first."""
        marked = Key(keys.PARTITION).eq(keys.HOST_NOTICES)
        rows = query_all(self.table, KeyConditionExpression=marked, ConsistentRead=True)
        notices = [
            Notice(
                event_id=str(row[keys.SORT]),
                since=from_rfc3339(row["since"]),
                marked_at=from_rfc3339(row["marked_at"]),
                mark=str(row["mark"]),
            )
            for row in rows
        ]
        now = self.clock.now()
        return sorted((one for one in notices if one.is_due(now)), key=lambda one: one.since)

    def take(self, notice: Notice) -> bool:
        """Delete a mark, unless a newer one has replaced it; return whether it is gone."""
        same = Attr("mark").eq(notice.mark)
        return delete_if(self.table, keys.host_notice_key(notice.event_id), same)
