"""The body that sets an account's plan, checked with all problems at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UnsetType

from lambdas.api.findings import Findings
from lambdas.api.lenient import decode_fields
from lambdas.graph.caption import MAX_CAPTION, MAX_HASHTAGS, caption_hashtags, caption_length
from lambdas.publishing.caption_template import PLACEHOLDERS, placeholders_of
from lambdas.publishing.caption_words import word_key
from lambdas.publishing.plan import WEEKDAYS, DateFormat, Plan, Weekday, WeeklySlot, is_wall

# Together they stay below the size of a row.
MAX_TEMPLATES, MAX_SLOTS, MAX_NAME = 30, 50, 40
NAME = re.compile(rf"[^\W_][\w .-]{{0,{MAX_NAME - 1}}}")


class SlotRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A weekly slot: days such as `mon`, and a time such as `18:00`."""

    days: tuple[Weekday, ...] | UnsetType
    wall: str | UnsetType


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The plan of an account; what is left out is empty."""

    zone: str | UnsetType
    slots: tuple[SlotRequest, ...] = ()
    standing_hashtags: tuple[str, ...] = ()
    templates: dict[str, str] = {}
    date_format: DateFormat = DateFormat.ISO


def checked_plan(raw: object, found: Findings) -> Plan | None:
    """Return the plan of a decoded body, or None if it has problems, which are all in `found`."""
    request = decode_fields(PlanRequest, raw, "", found)
    if request is None:
        return None
    if isinstance(request.zone, str) and not is_zone(request.zone):
        found.refuse("zone", "unknown_zone", "zone is no IANA zone, such as Europe/Berlin.")
    slots = [*_slots(request, found)]
    hashtags = [*_hashtags(request, found)]
    templates = dict(_templates(request, found))
    if found.problems or not isinstance(request.zone, str):
        return None
    return Plan(
        zone=request.zone,
        slots=tuple(slots),
        standing_hashtags=tuple(hashtags),
        templates=templates,
        date_format=request.date_format,
    )


def is_zone(name: str) -> bool:
    """Return whether an IANA zone has this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # OSError: the name of a folder of zones, such as `Europe`.
        return False
    return True


def _slots(request: PlanRequest, found: Findings) -> Iterator[WeeklySlot]:
    seen: set[tuple[Weekday, str]] = set()
    if len(request.slots) > MAX_SLOTS:
        found.refuse("slots", "too_many", f"A plan has at most {MAX_SLOTS} slots.")
    for index, slot in enumerate(request.slots):
        place = f"slots[{index}]"
        # What could not be read was reported, and is UNSET or empty.
        if not isinstance(slot.days, tuple) or not isinstance(slot.wall, str):
            continue
        days = tuple(day for day in slot.days if day in WEEKDAYS)
        if not slot.days:
            found.refuse(f"{place}.days", "empty", "Name at least one day, such as mon.")
        if not is_wall(slot.wall):
            message = "A slot's time has the form 18:00."
            found.refuse(f"{place}.wall", "invalid_time", message)
        pairs = {(day, slot.wall) for day in days}
        if len(pairs) < len(days) or pairs & seen:
            found.refuse(place, "repeated", "The plan has this day and time twice.")
        seen |= pairs
        yield WeeklySlot(days=tuple(day for day in Weekday if day in days), wall=slot.wall)


def _hashtags(request: PlanRequest, found: Findings) -> Iterator[str]:
    seen: set[str] = set()
    if len(request.standing_hashtags) > MAX_HASHTAGS:
        message = f"A caption holds at most {MAX_HASHTAGS} hashtags."
        found.refuse("standing_hashtags", "too_many", message)
    for index, text in enumerate(request.standing_hashtags):
        place = f"standing_hashtags[{index}]"
        if found.has(place):
            continue
        tag = unicodedata.normalize("NFC", text.strip().lstrip("#＃"))
        if caption_hashtags(f"#{tag}") != [tag]:
            found.refuse(place, "invalid_hashtag", "A hashtag is one word, such as #wedding.")
        elif word_key(tag) in seen:
            found.refuse(place, "repeated", f"The plan has the hashtag #{tag} twice.")
        seen.add(word_key(tag))
        yield f"#{tag}"


def _templates(request: PlanRequest, found: Findings) -> Iterator[tuple[str, str]]:
    if len(request.templates) > MAX_TEMPLATES:
        found.refuse("templates", "too_many", f"A plan has at most {MAX_TEMPLATES} templates.")
    for index, (name, text) in enumerate(request.templates.items()):
        is_name = NAME.fullmatch(name) is not None
        place = f"templates.{name}" if is_name else f"templates[{index}]"
        if not is_name:
            message = f"A template's name has 1 to {MAX_NAME} letters, digits, spaces or `.-_`."
            found.refuse(place, "invalid_name", message)
        if not text.strip():
            found.refuse(place, "empty", "A template needs a text.")
        if caption_length(text) > MAX_CAPTION:
            message = f"A caption has at most {MAX_CAPTION} characters."
            found.refuse(place, "caption_too_long", message)
        for unknown in sorted(placeholders_of(text) - PLACEHOLDERS):
            names = ", ".join(f"{{{one}}}" for one in sorted(PLACEHOLDERS))
            message = f"There is no placeholder {{{unknown}}}; there are {names}."
            found.refuse(place, "unknown_placeholder", message)
        yield name, text
