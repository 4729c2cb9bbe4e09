"""Captions from a plan: a template filled in, and the hashtags of every post."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from lambdas.graph.caption import MAX_CAPTION, MAX_HASHTAGS, caption_hashtags, caption_length
from lambdas.publishing.caption_words import word_key
from lambdas.publishing.plan import STRFTIME, Plan
from lambdas.storage.events.event import Event

PLACEHOLDER = re.compile(r"\{([a-z_]{1,20})\}", re.ASCII)
EVENT, DATE, HASHTAGS = "event", "date", "hashtags"
PLACEHOLDERS = frozenset({EVENT, DATE, HASHTAGS})
OF_EVENT = frozenset({EVENT, DATE})
NEW_PARAGRAPH = "\n\n"


@dataclass(frozen=True)
class ComposedCaption:
    """A caption, and the standing hashtags that it could not hold."""

    text: str
    left_out: tuple[str, ...] = ()


def placeholders_of(template: str) -> frozenset[str]:
    """Return the names in braces."""
    return frozenset(PLACEHOLDER.findall(template))


def needs_event(template: str) -> bool:
    """Return whether a template says something of an event."""
    return bool(placeholders_of(template) & OF_EVENT)


def filled_in(template: str, plan: Plan, event: Event | None) -> ComposedCaption:
    """Return the caption of a template; without an event its placeholders become empty.

    Everything is replaced in one pass: a title that holds a placeholder stays as it is.
    """
    values = {EVENT: "", DATE: "", HASHTAGS: ""}
    if event:
        day = event.starts_at.astimezone(ZoneInfo(event.time_zone))
        values |= {EVENT: event.title, DATE: day.strftime(STRFTIME[plan.date_format])}
    if HASHTAGS not in placeholders_of(template):
        return with_standing(_replaced(template, values), plan.standing_hashtags)
    # What is standing already in the rest of the caption is not put in once more.
    room = _replaced(template, values)
    added, left_out = _split(room, plan.standing_hashtags, separator=0)
    values[HASHTAGS] = " ".join(added)
    return ComposedCaption(_replaced(template, values), left_out)


def with_standing(caption: str, hashtags: Sequence[str]) -> ComposedCaption:
    """Return a caption with standing hashtags in a paragraph below, as far as it can hold them."""
    separator = len(NEW_PARAGRAPH) if caption else 0
    added, left_out = _split(caption, hashtags, separator)
    parts = [part for part in (caption, " ".join(added)) if part]
    return ComposedCaption(NEW_PARAGRAPH.join(parts), left_out)


def _split(
    caption: str, hashtags: Sequence[str], separator: int
) -> tuple[list[str], tuple[str, ...]]:
    """Return the hashtags that a caption still has to get, and those for which it has no space."""
    present = caption_hashtags(caption)
    keys = {word_key(tag) for tag in present}
    length = caption_length(caption) + separator
    count = len(present)
    added: list[str] = []
    left_out: list[str] = []
    for tag in hashtags:
        if word_key(tag[1:]) in keys:
            continue
        needed = caption_length(tag) + (1 if added else 0)
        if count + 1 > MAX_HASHTAGS or length + needed > MAX_CAPTION:
            left_out.append(tag)
        else:
            added.append(tag)
            count, length = count + 1, length + needed
    return added, tuple(left_out)


def _replaced(template: str, values: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)
