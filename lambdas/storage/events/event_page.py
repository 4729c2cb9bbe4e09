"""What one view of an event's page needs, in two reads of the table that run at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.storage import keys
from lambdas.storage.events.batch import get_rows
from lambdas.storage.events.event import Event, EventStore
from lambdas.storage.events.feed_state import FeedState, FeedStateStore
from lambdas.storage.events.timeline import TimelinePage, read_timeline
from lambdas.storage.events.usage import Usage, arrived_of_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class EventPage:
    """An event, the state of its feed, one page of its timeline, and what has arrived in all."""

    event: Event
    feed: FeedState
    timeline: TimelinePage
    arrived: Usage


@dataclass(frozen=True)
class EventPageStore:
    """Reads pages of events; `executor` runs the read of the timeline beside the other."""

    table: Table
    events: EventStore
    executor: Executor

    def read(
        self, event_id: str, limit: int, start: Mapping[str, str] | None, section: str | None = None
    ) -> EventPage:
        """Return one page, of a section if one is named, `limit` rows from `start`.

        Raises NotFound.
        """
        self.events.check(event_id)
        timeline = self.executor.submit(read_timeline, self.table, event_id, limit, start, section)
        names = (keys.EVENT_ROW, keys.FEED_ROW, keys.USAGE_ROW)
        rows = get_rows(self.table, event_id, names, consistent=False)
        event = self.events.of_row(event_id, rows.get(keys.EVENT_ROW))
        feed = FeedStateStore.of_row(rows.get(keys.FEED_ROW))
        arrived = arrived_of_row(rows.get(keys.USAGE_ROW, {}))
        return EventPage(event, feed, timeline.result(), arrived)
