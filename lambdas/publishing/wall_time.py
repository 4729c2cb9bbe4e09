"""Wall-clock times: the instant that follows from what a person said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lambdas.publishing.records import PublishAt
from lambdas.publishing.states import Shift

WALL_FORMAT = "%Y-%m-%dT%H:%M"


def publish_at(wall: str, zone: str) -> PublishAt:
    """Return the instant of a wall-clock time in an IANA zone.

    In a gap it is the first instant after it; of two, the first. Raises ValueError for a malformed
    time, ZoneInfoNotFoundError (a KeyError) or ValueError for a zone that does not exist.
    """
    local = datetime.strptime(wall, WALL_FORMAT)  # noqa: DTZ007  The zone follows.
    rules = ZoneInfo(zone)
    first, second = (local.replace(tzinfo=rules, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return PublishAt(wall=wall, zone=zone, instant=first)
    if first < second:
        return PublishAt(wall=wall, zone=zone, instant=first, shift=Shift.TWICE)
    return PublishAt(
        wall=wall, zone=zone, instant=_end_of_gap(second, first, rules), shift=Shift.GAP
    )


def known_instant(at: PublishAt) -> PublishAt:
    """Return a time with the instant that today's data of the zones gives.

    A zone that is no longer in the data keeps the instant that was computed before.
    """
    try:
        return publish_at(at.wall, at.zone)
    except (KeyError, ValueError):
        return at


def _end_of_gap(low: datetime, high: datetime, rules: ZoneInfo) -> datetime:
    """Return the first instant after a gap that lies between two instants, to the second."""
    offset = low.astimezone(rules).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(rules).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
