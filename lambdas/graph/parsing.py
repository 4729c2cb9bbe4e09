"""Readers for decoded answers.

Unknown fields are ignored, missing ones are None, ids are text, times are aware and in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from lambdas.graph.decoding import Json, JsonObject

DIGITS = re.compile(r"\d{1,15}", re.ASCII)
MAX_SECONDS = 1e10
# The year 3000: later times are mistakes.
MAX_UNIX_TIME = 32503680000


def text(raw: JsonObject, name: str) -> str | None:
    """Return a text that is not empty, or None."""
    value = raw.get(name)
    return value if isinstance(value, str) and value else None


def identifier(raw: JsonObject, name: str = "id") -> str | None:
    """Return an id as text, whether it came as text or as a number; or None."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value) or None


def number(raw: JsonObject, name: str) -> int | None:
    """Return a whole number, or None."""
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def whole(raw: JsonObject, name: str) -> int | None:
    """Return a whole number that came as a number, as text, or with a fraction of zero; or None."""
    value = raw.get(name)
    if isinstance(value, str) and DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return number(raw, name)


def amount(raw: JsonObject, name: str) -> float | None:
    """Return a number, whole or not, or None."""
    value = raw.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def flag(raw: JsonObject, name: str) -> bool | None:
    """Return true, false, or None."""
    value = raw.get(name)
    return value if isinstance(value, bool) else None


def moment(raw: JsonObject, name: str) -> datetime | None:
    """Return a time such as `2026-01-15T10:30:00+0000`, or None."""
    value = text(raw, name)
    try:
        found = datetime.fromisoformat(value) if value else None
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def unix_time(raw: JsonObject, name: str) -> datetime | None:
    """Return a time given in Unix seconds; None if it is missing, zero or out of range."""
    value = whole(raw, name)
    return datetime.fromtimestamp(value, UTC) if value and 0 < value < MAX_UNIX_TIME else None


def seconds(raw: JsonObject, name: str) -> timedelta | None:
    """Return a duration given in seconds, or None."""
    value = raw.get(name)
    if isinstance(value, str) and DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return timedelta(seconds=value) if 0 <= value < MAX_SECONDS else None


def words(raw: JsonObject, name: str) -> tuple[str, ...]:
    """Return the texts of a list, or of a text with commas between them."""
    value = raw.get(name)
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(part.strip() for part in parts if isinstance(part, str) and part.strip())


def mapping(raw: Json) -> JsonObject:
    """Return the object itself, or an empty one if it is not an object."""
    return raw if isinstance(raw, Mapping) else {}


def entries(raw: Json) -> list[JsonObject]:
    """Return the objects of a list; none if it is not a list."""
    return [entry for entry in raw if isinstance(entry, Mapping)] if isinstance(raw, list) else []


def data(raw: Json) -> list[JsonObject]:
    """Return the objects of `{"data": [...]}`."""
    return entries(mapping(raw).get("data"))


def single(raw: Json) -> JsonObject:
    """Return one object that came flat or as `{"data": [{...}]}`."""
    return data(raw)[0] if data(raw) else mapping(raw)
