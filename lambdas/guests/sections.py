"""Sections: parts of an event, such as the ceremony, with a page and a QR code of their own."""

from __future__ import annotations

import re

from lambdas.api.findings import Findings
from lambdas.guests.hosting.event_request import EventChangeRequest
from lambdas.guests.hosting.event_texts import checked_text, slug_of
from lambdas.kit.errors import InvalidRequest
from lambdas.storage.events.event import Event, Section

MAX_SECTIONS, MAX_TITLE, MAX_ID = 20, 60, 40
ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)


class UnknownSection(InvalidRequest):
    """The event has no section of this id."""

    code = "unknown_section"

    def __init__(self, message: str = "This event has no such section.") -> None:
        super().__init__(message)


def section_id(text: str | None) -> str | None:
    """Return the id of a section that a request names, or None. Raises InvalidRequest."""
    if text is not None and not ID.fullmatch(text):
        raise InvalidRequest("section must be the id of a section.", code="unknown_section")
    return text


def section_of(event: Event, text: str | None) -> Section | None:
    """Return the section that a request names, None if it names none. Raises InvalidRequest."""
    wanted = section_id(text)
    if wanted is None:
        return None
    found = next((one for one in event.sections if one.id == wanted), None)
    if found is None:
        raise UnknownSection
    return found


def changed_sections(
    event: Event, request: EventChangeRequest, found: Findings
) -> dict[str, object]:
    """Return the sections that a request gives an event, and report what cannot be.

    One without an id keeps that of the section with its title, or gets one made of it. Photos of a
    section that is left out stay on the event's page, and are in it again if it comes back.
    """
    if not isinstance(request.sections, tuple):
        return {}
    if len(request.sections) > MAX_SECTIONS:
        sentence = f"sections: an event has at most {MAX_SECTIONS}."
        found.refuse("sections", "too_many", sentence)
        return {}
    known = {one.title: one.id for one in event.sections}
    taken = {one.id for one in request.sections if isinstance(one.id, str)}
    sections: list[Section] = []
    for index, wanted in enumerate(request.sections):
        place = f"sections[{index}]"
        # What is no section was reported when it was read, and has no title.
        if found.has(place) or found.has(f"{place}.title"):
            continue
        title = checked_text(wanted.title, f"{place}.title", MAX_TITLE, found)
        name = wanted.id if isinstance(wanted.id, str) else known.get(title)
        if name is None or (name in taken and name is not wanted.id):
            name = _free(slug_of(title)[:MAX_ID].strip("-") or "section", taken)
        taken.add(name)
        if not ID.fullmatch(name):
            sentence = f"{place}.id: use up to 40 lower-case letters, digits and hyphens."
            found.refuse(f"{place}.id", "invalid_id", sentence)
        elif any(one.id == name for one in sections):
            found.refuse(f"{place}.id", "id_taken", f"{place}.id: another section has this id.")
        sections.append(Section(name, title, wanted.hosts_only))
    return {"sections": tuple(sections)}


def _free(name: str, taken: set[str]) -> str:
    """Return a name, with a number if it is taken."""
    if name not in taken:
        return name
    base = name[: MAX_ID - 3]
    return next(one for number in range(2, 99) if (one := f"{base}-{number}") not in taken)
