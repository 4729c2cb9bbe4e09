"""Events: what a page is about, and the window of time it covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lambdas.kit.errors import NotFound
from lambdas.storage import keys
from lambdas.storage.rows import Row, from_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,62}[a-z0-9])", re.ASCII)

# Instagram opened in 2010; the upper bound keeps date arithmetic within Python's range.
FIRST_YEAR, LAST_YEAR = 2010, 2999
NEAR = timedelta(days=1)


@dataclass(frozen=True)
class Event:
    """An event. Its window is half-open, `[starts_at, ends_at)`, both aware and in UTC.

    `asks_to_post` is whether guests are asked if the host may post their photos on Instagram.
    """

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    accepting_uploads: bool = True
    review: bool = False
    asks_to_post: bool = False

    @classmethod
    def on_date(cls, day: date, time_zone: str, asks_to_post: bool = False) -> Event:
        """Return the event of one calendar day in `time_zone`.

        It lasts 24 hours, or 23 or 25 where the clocks change that day.
        """
        zone = ZoneInfo(time_zone)
        starts_at, ends_at = (
            datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)
            for days in (0, 1)
        )
        title = f"{day:%A}, {day.day} {day:%B %Y}"
        window = (starts_at, ends_at, time_zone)
        return cls(day.isoformat(), title, *window, asks_to_post=asks_to_post)

    @property
    def whole_day(self) -> bool:
        """Return whether this is the event of a date, whose title names its window."""
        return is_date(self.id)

    def is_near(self, moment: datetime) -> bool:
        """Return whether a time lies inside the window, or within a day of it."""
        return self.starts_at - NEAR <= moment < self.ends_at + NEAR


class EventStore:
    """Finds events: those an operator created and, where the site allows it, every date.

    `posting_consent` is `asks_to_post` of the events of dates.
    """

    def __init__(
        self, table: Table, time_zone: str, date_events: bool, posting_consent: bool = False
    ) -> None:
        self._table = table
        self._time_zone = time_zone
        self._date_events = date_events
        self._posting_consent = posting_consent

    def get(self, event_id: str) -> Event:
        """Return the event of that id. Raises NotFound for any other, malformed ids included."""
        self.check(event_id)
        row = None
        if not is_date(event_id):
            row = self._table.get_item(Key=keys.row_key(event_id, keys.EVENT_ROW)).get("Item")
        return self.of_row(event_id, row)

    def check(self, event_id: str) -> None:
        """Raise NotFound if no event can have this id, before anything is read."""
        if is_date(event_id):
            if self._date_events and _day(event_id):
                return
        elif SLUG.fullmatch(event_id):
            return
        raise _not_found()

    def of_row(self, event_id: str, row: Row | None) -> Event:
        """Return the event of an id that `check` accepts, from its row. Raises NotFound."""
        if is_date(event_id) and (day := _day(event_id)):
            return Event.on_date(day, self._time_zone, self._posting_consent)
        if row is None:
            raise _not_found()
        return from_row(Event, row | {"id": event_id})


def is_date(event_id: str) -> bool:
    """Return whether an event's id has the form of a date."""
    return DATE.fullmatch(event_id) is not None


def _not_found() -> NotFound:
    return NotFound("There is no event at this address.", code="event_not_found")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
