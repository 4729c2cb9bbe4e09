"""The rules of the time at which a post is to be published."""

from __future__ import annotations

import functools
import re
import zoneinfo
from datetime import datetime, timedelta

from msgspec import UNSET

from lambdas.api.findings import Findings
from lambdas.kit.clock import to_rfc3339
from lambdas.publishing.post_request import PublishAtRequest
from lambdas.publishing.records import PublishAt
from lambdas.publishing.source_rules import KnownMedia
from lambdas.publishing.states import Shift
from lambdas.publishing.wall_time import publish_at

WALL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", re.ASCII)
# The clock of the caller may be ahead of ours, and the request was on its way.
MAX_PAST = timedelta(minutes=1)
MAX_AHEAD = timedelta(days=366)
# A post may be late, and its files are prepared after its time.
PREPARATION = timedelta(days=1)
# Far beyond what is possible; the arithmetic of dates ends at years 1 and 9999.
YEARS = range(2000, 2999)


@functools.cache
def known_zones() -> frozenset[str]:
    """Return the names of the zones of the IANA database."""
    return frozenset(zoneinfo.available_timezones() - {"localtime"})


def check_time(
    request: PublishAtRequest, now: datetime, found: Findings, *, may_be_past: bool = False
) -> PublishAt | None:
    """Return the time of a request; None if it is not possible, which is reported."""
    wall, zone = request.wall, request.zone
    has_wall = isinstance(wall, str) and is_wall(wall)
    if isinstance(wall, str) and not has_wall:
        found.refuse(
            "publish_at.wall",
            "invalid_time",
            "publish_at.wall must be a date and a time such as 2026-12-24T18:00.",
        )
    has_zone = isinstance(zone, str) and zone in known_zones()
    if isinstance(zone, str) and not has_zone:
        found.refuse(
            "publish_at.zone",
            "unknown_zone",
            "publish_at.zone must be a name of the IANA database, such as Europe/Berlin.",
        )
    for name in ("wall", "zone"):
        place = f"publish_at.{name}"
        is_missing = getattr(request, name) is UNSET and request.slot is None
        if is_missing and not found.has(place):
            found.refuse(place, "missing", f"{place} is missing.")
    if not (has_wall and has_zone):
        return None
    at = publish_at(str(wall), str(zone))
    if at.instant < now - MAX_PAST and not may_be_past:
        found.refuse(
            "publish_at",
            "in_the_past",
            f"{at.wall} in {at.zone} is over. Leave publish_at out to publish at once.",
        )
    if at.instant > now + MAX_AHEAD:
        found.refuse("publish_at", "too_far_ahead", "Posts can be scheduled for a year ahead.")
    _warn_of_shift(at, found)
    return at


def check_kept(known: KnownMedia, place: str, at: PublishAt, found: Findings) -> None:
    """Check that a file is still there when the post is prepared."""
    until = known.kept_until
    if until and at.instant > until - PREPARATION:
        found.refuse(
            place,
            "upload_ends_before",
            f"This file is kept until {until:%Y-%m-%d} (UTC), and the post is due later. Upload it "
            "again nearer to the post, or choose an earlier time.",
        )


def is_wall(text: str) -> bool:
    """Return whether a text is a date and a time, such as `2026-12-24T18:00`."""
    try:
        return bool(WALL.fullmatch(text)) and datetime.fromisoformat(text).year in YEARS
    except ValueError:
        return False


def _warn_of_shift(at: PublishAt, found: Findings) -> None:
    local = at.instant.astimezone(zoneinfo.ZoneInfo(at.zone))
    if at.shift is Shift.GAP:
        found.warn(
            "publish_at",
            "clock_skips_time",
            f"The clocks in {at.zone} skip {at.wall}: the post is published at "
            f"{local:%Y-%m-%dT%H:%M}, the first moment after.",
        )
    if at.shift is Shift.TWICE:
        found.warn(
            "publish_at",
            "clock_repeats_time",
            f"The clocks in {at.zone} show {at.wall} twice: the post is published at the first, "
            f"{to_rfc3339(at.instant)}.",
        )
