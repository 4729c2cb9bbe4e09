"""How an account plans its posts: weekly slots, hashtags of every post, and caption templates."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lambdas.publishing.records import PublishAt
from lambdas.publishing.wall_time import publish_at
from lambdas.storage.packing import Packed

# As far ahead as a free slot is looked for.
HORIZON_DAYS = 400


class Weekday(enum.StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEKDAYS = tuple(Weekday)


class DateFormat(enum.StrEnum):
    """How a date is written in a caption."""

    ISO = "2026-12-24"
    DOTS = "24.12.2026"
    DAY_FIRST = "24/12/2026"
    MONTH_FIRST = "12/24/2026"


STRFTIME = {
    DateFormat.ISO: "%Y-%m-%d",
    DateFormat.DOTS: "%d.%m.%Y",
    DateFormat.DAY_FIRST: "%d/%m/%Y",
    DateFormat.MONTH_FIRST: "%m/%d/%Y",
}


class WeeklySlot(Packed, frozen=True, kw_only=True):
    """A time of some weekdays: `wall` is `18:00`."""

    days: tuple[Weekday, ...]
    wall: str


class Plan(Packed, frozen=True, kw_only=True):
    """The plan of an account. `standing_hashtags` have their marks; slots are in `zone`."""

    zone: str
    slots: tuple[WeeklySlot, ...] = ()
    standing_hashtags: tuple[str, ...] = ()
    templates: dict[str, str] = {}  # noqa: RUF012  msgspec copies it.
    date_format: DateFormat = DateFormat.ISO
    changed_at: datetime | None = None
    changed_by: str = ""

    def upcoming(self, now: datetime) -> Iterator[PublishAt]:
        """Iterate over the slots after `now`, the next first; two at one instant are one."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        last = now
        for ahead in range(HORIZON_DAYS):
            day = today + timedelta(days=ahead)
            weekday = WEEKDAYS[day.weekday()]
            walls = sorted(slot.wall for slot in self.slots if weekday in slot.days)
            times = [publish_at(f"{day.isoformat()}T{wall}", self.zone) for wall in walls]
            # In a gap of the clocks the order of the instants may differ from the walls'.
            for at in sorted(times, key=lambda one: one.instant):
                if at.instant > last:
                    last = at.instant
                    yield at

    def free_slots(
        self, now: datetime, held: Collection[str], busy: Collection[datetime]
    ) -> Iterator[PublishAt]:
        """Iterate over the slots that no post holds, and at which no post is scheduled."""
        for at in self.upcoming(now):
            if at.slot not in held and at.instant not in busy:
                yield at


def default_plan(zone: str) -> Plan:
    """Return the plan of an account that has none."""
    return Plan(zone=zone)


def is_wall(text: str) -> bool:
    """Return whether a text is a time such as `18:00`."""
    try:
        return f"{datetime.strptime(text, '%H:%M').replace(tzinfo=UTC):%H:%M}" == text
    except ValueError:
        return False
