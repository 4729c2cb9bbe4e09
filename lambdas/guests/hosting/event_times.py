"""The times of an event: its window, when guests may add photos, and when they see them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from msgspec import UNSET, UnsetType

from lambdas.api.findings import Findings
from lambdas.guests.hosting.event_request import EventChangeRequest
from lambdas.storage.events.event import FIRST_YEAR, LAST_YEAR, Event, day_window

MAX_WINDOW = timedelta(days=366)
OPTIONAL = ("reveal_at", "upload_opens_at", "upload_closes_at")


def changed_times(
    event: Event, request: EventChangeRequest, found: Findings
) -> dict[str, datetime | str | None]:
    """Return the times of an event that a request changes, and report what is impossible."""
    changes: dict[str, datetime | str | None] = {}
    zone = event.time_zone
    if isinstance(request.time_zone, str):
        if request.time_zone in _zones():
            changes["time_zone"] = zone = request.time_zone
        else:
            found.refuse(
                "time_zone",
                "unknown_time_zone",
                "time_zone: use a name of the IANA time zone database, such as Europe/Berlin.",
            )
    changes |= _window(request, zone, found)
    for name in OPTIONAL:
        given: str | UnsetType | None = getattr(request, name)
        if given is None:
            changes[name] = None
        elif isinstance(given, str):
            changes |= _moment(given, name, found)
    return changes


def check_order(event: Event, found: Findings) -> None:
    """Report windows of an event that end before they begin, or are too long."""
    if not (found.has("starts_at") or found.has("ends_at") or found.has("date")):
        if event.ends_at <= event.starts_at:
            found.refuse("ends_at", "ends_before_start", "ends_at must be later than starts_at.")
        elif event.ends_at - event.starts_at > MAX_WINDOW:
            found.refuse("ends_at", "window_too_long", "An event lasts at most 366 days.")
    opens, closes = event.upload_opens_at, event.upload_closes_at
    if opens and closes and closes <= opens:
        found.refuse(
            "upload_closes_at",
            "ends_before_start",
            "upload_closes_at must be later than upload_opens_at.",
        )


def _window(request: EventChangeRequest, zone: str, found: Findings) -> dict[str, datetime]:
    given = {"starts_at": request.starts_at, "ends_at": request.ends_at}
    texts = {name: text for name, text in given.items() if isinstance(text, str)}
    if request.date is UNSET:
        read: dict[str, datetime] = {}
        for name, text in texts.items():
            read |= _moment(text, name, found)
        return read
    if texts:
        found.refuse("date", "two_windows", "Give a date, or starts_at and ends_at, not both.")
        return {}
    try:
        day = date.fromisoformat(str(request.date))
        possible = FIRST_YEAR <= day.year <= LAST_YEAR
    except ValueError:
        possible = False
    if not possible:
        found.refuse("date", "invalid_date", f"date: use a day since {FIRST_YEAR}, YYYY-MM-DD.")
        return {}
    starts_at, ends_at = day_window(day, zone)
    return {"starts_at": starts_at, "ends_at": ends_at}


def _moment(text: str, place: str, found: Findings) -> dict[str, datetime]:
    """Return a field with its time, in whole seconds of UTC.

    What cannot be read, or has no offset, is reported and left out.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo and FIRST_YEAR <= moment.year <= LAST_YEAR:
            return {place: moment.astimezone(UTC).replace(microsecond=0)}
    except (ValueError, OverflowError):
        pass
    found.refuse(
        place,
        "invalid_time",
        f"{place}: use a time with its offset, such as 2026-05-02T14:00:00+02:00.",
    )
    return {}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})
