"""The rules of repeated posts."""

from __future__ import annotations

from datetime import date, datetime

from lambdas.api.findings import Findings
from lambdas.publishing.plan_request import is_zone
from lambdas.publishing.planning_request import RepeatRequest
from lambdas.publishing.records import PublishAt
from lambdas.publishing.series import MAX_OCCURRENCES, Every, occurrences
from lambdas.publishing.time_rules import MAX_AHEAD, is_wall
from lambdas.publishing.wall_time import publish_at

MIN_COUNT = 2


def check_repeat(
    request: RepeatRequest, at: object, now: datetime, found: Findings
) -> list[PublishAt]:
    """Return the times of a repeated post, the first included; empty if there are problems.

    `at` is the body's own time as it was sent; what is wrong with it is reported elsewhere.
    """
    if not isinstance(at, dict):
        message = "Only a post with a time of its own (publish_at.wall and zone) can be repeated."
        found.refuse("repeat", "time_missing", message)
        return []
    until = _until(request, found)
    if (request.count is None) == (request.until is None):
        found.refuse("repeat", "exactly_one_end", "Send either count or until.")
    elif request.count is not None and not MIN_COUNT <= request.count <= MAX_OCCURRENCES:
        message = f"repeat.count must be from {MIN_COUNT} to {MAX_OCCURRENCES}."
        found.refuse("repeat.count", "out_of_range", message)
    wall, zone = at.get("wall"), at.get("zone")
    is_time = isinstance(wall, str) and isinstance(zone, str) and is_wall(wall) and is_zone(zone)
    if found.has_within("repeat") or not is_time or not isinstance(request.every, Every):
        return []
    first = publish_at(str(wall), str(zone))
    return _times(first, request.every, request.count, until, now, found)


def _until(request: RepeatRequest, found: Findings) -> date | None:
    try:
        return date.fromisoformat(request.until) if request.until else None
    except ValueError:
        message = "repeat.until must be a date such as 2026-12-24."
        found.refuse("repeat.until", "invalid_date", message)
        return None


def _times(
    first: PublishAt,
    every: Every,
    count: int | None,
    until: date | None,
    now: datetime,
    found: Findings,
) -> list[PublishAt]:
    times = occurrences(first, every, count=count, until=until)
    if len(times) == 1:
        message = "The post would be published only once: choose a later end."
        found.refuse("repeat.until", "no_repeat", message)
    elif len(times) > MAX_OCCURRENCES:
        message = f"A post is published at most {MAX_OCCURRENCES} times: choose an earlier end."
        found.refuse("repeat.until", "too_many", message)
    elif times[-1].instant > now + MAX_AHEAD:
        found.refuse("repeat", "too_far_ahead", "Posts can be scheduled for a year ahead.")
    else:
        message = "The same post each time: Instagram may take it for spam."
        found.warn("repeat", "same_content", message)
    return times
