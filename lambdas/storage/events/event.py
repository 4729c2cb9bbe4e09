"""Events: what a page is about, the window of time it covers, and what guests may do when."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lambdas.kit.errors import Gone, NotFound
from lambdas.storage import keys
from lambdas.storage.rows import Row, from_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,62}[a-z0-9])", re.ASCII)

# Instagram opened in 2010; the upper bound keeps date arithmetic within Python's range.
FIRST_YEAR, LAST_YEAR = 2010, 2999
NEAR = timedelta(days=1)
DELETED_AT = "deleted_at"
"""The column of an event that was deleted: its row stays, so that its address answers so."""


class Mode(enum.StrEnum):
    """What an event is for."""

    GALLERY = "gallery"
    """Guests add photos and see everybody's."""
    UPLOAD_ONLY = "upload_only"
    """Guests add photos; only the host sees them."""
    VIEW_ONLY = "view_only"
    """Guests see photos and add none."""


class Uploads(enum.StrEnum):
    """Whether an event takes photos, and if not, why."""

    OPEN = "open"
    CLOSED = "closed"
    VIEW_ONLY = "view_only"
    NOT_YET = "not_yet"
    OVER = "over"


@dataclass(frozen=True)
class Section:
    """A part of an event with a page and a QR code of its own, such as the ceremony.

    `hosts_only` is whether only hosts add photos to it, such as those of the photographer.
    """

    id: str
    title: str
    hosts_only: bool = False


@dataclass(frozen=True)
class Event:
    """An event. Its window is half-open, `[starts_at, ends_at)`, both aware and in UTC.

    `accepting_uploads` is False for an event that its host has closed; `uploads` also looks at
    mode and upload window. `asks_to_post` is whether guests are asked if the host may post their
    photos on Instagram. `account_id` is the account whose posts it shows, None for the site's own.
    `reveal_at` is when guests begin to see photos. `accent` is a colour such as `#9c3d1f`,
    `languages` those of what is printed, `cover` the photo at the head of its page. `pin_hash` is
    that of the PIN that guests enter, `pin_version` counts PINs. `guest_downloads` is whether
    guests may take all photos home. The event is deleted `delete_after_days` after its end. Words
    to its hosts go to `notify_email` and `notify_webhook`, signed with `notify_secret`. `origin` is
    the event of an operator from which hosts came to create this one. `version` counts changes.
    """

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    accepting_uploads: bool = True
    review: bool = False
    asks_to_post: bool = False
    mode: Mode = Mode.GALLERY
    welcome: str | None = None
    accent: str | None = None
    cover: str | None = None
    account_id: str | None = None
    reveal_at: datetime | None = None
    upload_opens_at: datetime | None = None
    upload_closes_at: datetime | None = None
    languages: tuple[str, ...] = ("en",)
    sections: tuple[Section, ...] = ()
    pin_hash: str | None = field(default=None, repr=False)
    pin_version: int = 0
    guest_downloads: bool = False
    delete_after_days: int | None = None
    notify_email: str | None = field(default=None, repr=False)
    notify_webhook: str | None = field(default=None, repr=False)
    notify_secret: str | None = field(default=None, repr=False)
    origin: str | None = None
    version: int = 0
    created_at: datetime | None = None
    created_by: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""

    @classmethod
    def on_date(
        cls, day: date, time_zone: str, asks_to_post: bool = False, accepting_uploads: bool = True
    ) -> Event:
        """Return the event of one calendar day in `time_zone`."""
        title = f"{day:%A}, {day.day} {day:%B %Y}"
        window = day_window(day, time_zone)
        return cls(
            day.isoformat(),
            title,
            *window,
            time_zone,
            asks_to_post=asks_to_post,
            accepting_uploads=accepting_uploads,
        )

    @property
    def whole_day(self) -> bool:
        """Return whether this is the event of a date, whose title names its window."""
        return is_date(self.id)

    @property
    def deletes_at(self) -> datetime | None:
        """Return when the event is deleted by itself; None: never."""
        days = self.delete_after_days
        return None if days is None else self.ends_at + timedelta(days=days)

    def shows_photos(self, now: datetime) -> bool:
        """Return whether guests see photos and posts now."""
        hidden = self.mode is Mode.UPLOAD_ONLY
        return not hidden and (self.reveal_at is None or self.reveal_at <= now)

    def uploads(self, now: datetime) -> Uploads:
        """Return whether guests may add photos now."""
        if self.mode is Mode.VIEW_ONLY:
            return Uploads.VIEW_ONLY
        if not self.accepting_uploads:
            return Uploads.CLOSED
        if self.upload_opens_at and now < self.upload_opens_at:
            return Uploads.NOT_YET
        if self.upload_closes_at and now >= self.upload_closes_at:
            return Uploads.OVER
        return Uploads.OPEN

    def is_near(self, moment: datetime) -> bool:
        """Return whether a time lies inside the window, or within a day of it."""
        return self.starts_at - NEAR <= moment < self.ends_at + NEAR


class EventStore:
    """Finds events: those an operator created and, where the site allows it, every date.

    `posting_consent` is `asks_to_post` of the events of dates, `date_uploads` whether they take
    photos.
    """

    def __init__(
        self,
        table: Table,
        time_zone: str,
        date_events: bool,
        posting_consent: bool = False,
        date_uploads: bool = True,
    ) -> None:
        self._table = table
        self._time_zone = time_zone
        self._date_events = date_events
        self._posting_consent = posting_consent
        self._date_uploads = date_uploads

    def get(self, event_id: str, *, consistent: bool = False) -> Event:
        """Return the event of that id. Raises NotFound for any other, malformed ids included.

        Raises Gone, a kind of NotFound, for one that was deleted.
        """
        self.check(event_id)
        row = None
        if not is_date(event_id):
            key = keys.row_key(event_id, keys.EVENT_ROW)
            row = self._table.get_item(Key=key, ConsistentRead=consistent).get("Item")
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
            consent, uploads = self._posting_consent, self._date_uploads
            return Event.on_date(day, self._time_zone, consent, uploads)
        if row is None:
            raise _not_found()
        if DELETED_AT in row:
            raise Gone("This event was deleted, with all its photos.", code="event_deleted")
        return from_row(Event, row | {"id": event_id})


def is_date(event_id: str) -> bool:
    """Return whether an event's id has the form of a date."""
    return DATE.fullmatch(event_id) is not None


def day_window(day: date, time_zone: str) -> tuple[datetime, datetime]:
    """Return start and end of one calendar day in `time_zone`.

    It lasts 24 hours, or 23 or 25 where the clocks change that day.
    """
    zone = ZoneInfo(time_zone)
    starts_at, ends_at = (
        datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)
        for days in (0, 1)
    )
    return starts_at, ends_at


def _not_found() -> NotFound:
    return NotFound("There is no event at this address.", code="event_not_found")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
