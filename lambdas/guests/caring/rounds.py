"""The hourly look at all events: reminders, deletions, and the summary of the morning after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aws_lambda_powertools import Logger

from lambdas.guests.caring.care import CareStore
from lambdas.guests.caring.counting import Counts
from lambdas.guests.caring.outbox import Kind, Outbox, channels_of
from lambdas.guests.caring.retention import REMINDED_BEFORE, Retention
from lambdas.kit.clock import Clock, from_rfc3339, to_sortable
from lambdas.kit.errors import NotFound
from lambdas.storage import keys
from lambdas.storage.events.event import Event, EventStore
from lambdas.storage.events.event_writes import EventWriter
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

EVERY = timedelta(hours=1)
PAGE_EVENTS, MAX_PAGES = 100, 3
BY = "retention"
SUMMARY_TIME = time(9)
# A party that ends at night ended the evening before: its hosts wake up to the summary.
NIGHT = timedelta(hours=6)
# An address that is set later starts no summary of an event of long ago.
SUMMARY_VALID = timedelta(days=2)


def summary_time(event: Event) -> datetime:
    """Return nine o'clock, in the event's zone, of the morning after it ends."""
    zone = ZoneInfo(event.time_zone)
    # The window is half-open: an event of a whole day ends within that day.
    last = (event.ends_at - timedelta(seconds=1)).astimezone(zone) - NIGHT
    return datetime.combine(last.date() + timedelta(days=1), SUMMARY_TIME, zone)


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """Looks at every event once an hour, some pages of the list in each run."""

    table: Table
    events: EventStore
    writer: EventWriter
    cares: CareStore
    outbox: Outbox
    counts: Callable[[str], Counts]
    clock: Clock
    logger: Logger

    def run(self, until: datetime) -> None:
        """Go on with the look at all events, or begin the next one if it is time."""
        answer = self.table.get_item(Key=keys.caring_round_key(), ConsistentRead=True)
        row: Row = answer.get("Item", {})
        now, start = self.clock.now(), row.get("next")
        begun_at = from_rfc3339(row["begun_at"]) if row else None
        if begun_at is None or not start:
            if begun_at and now < begun_at + EVERY:
                return
            begun_at = now
        for _ in range(MAX_PAGES):
            page = self.writer.page(PAGE_EVENTS, start)
            for event in page.events:
                if self.clock.now() >= until:
                    # What was done is not done again: the page is repeated.
                    self._note(begun_at, start or {})
                    return
                self._look_safely(event)
            start = page.next
            self._note(begun_at, start or {})
            if start is None:
                return

    def _note(self, begun_at: datetime, start: Mapping[str, str]) -> None:
        row: Row = {"begun_at": to_sortable(begun_at), "next": dict(start)}
        self.table.put_item(Item={**keys.caring_round_key(), **row})

    def _look_safely(self, event: Event) -> None:
        try:
            self.look_at(event)
        except NotFound:
            return  # It was deleted since the list was read.
        except Exception:
            # One event must not keep the others.
            self.logger.exception("event not looked at", extra={"event_id": event.id})

    def look_at(self, listed: Event) -> None:
        """Do what an event needs now; `listed` may be older than its row. Raises NotFound."""
        now = self.clock.now()
        if not (self._ends_soon(listed, now) or self._has_summary(listed, now)):
            return
        event = self.events.get(listed.id, consistent=True)
        care = self.cares.get(event.id)
        if self._has_summary(event, now) and care.summary_at is None:
            if self.counts(event.id).photos:
                self.outbox.add(event, Kind.SUMMARY, now)
            self.cares.note(event.id, summary_at=now)
        retention = Retention.of(event, care)
        if retention is None:
            return
        if retention.needs_reminder(now):
            self.outbox.add(event, Kind.DELETION_REMINDER, now)
            self.cares.note(event.id, reminded_at=now, reminded_of=retention.deletes_at)
        elif retention.is_over(now) and self.writer.delete(event, now, BY):
            self.logger.info("event deleted at its time", extra={"event_id": event.id})

    @staticmethod
    def _ends_soon(event: Event, now: datetime) -> bool:
        return event.deletes_at is not None and now >= event.deletes_at - REMINDED_BEFORE

    @staticmethod
    def _has_summary(event: Event, now: datetime) -> bool:
        if not channels_of(event):
            return False
        at = summary_time(event)
        return at <= now < at + SUMMARY_VALID
