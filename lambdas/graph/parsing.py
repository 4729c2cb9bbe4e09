"""Readers for decoded answers.

Unknown fields are ignored, missing ones are None, ids are text, times are aware and in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice

from lambdas.graph.decoding import Json, JsonObject

DIGITS = re.compile(r"\d{1,15}", re.ASCII)
MAX_SECONDS = 1e10
# The year 3000: later times are mistakes, as are those before 1970.
MAX_UNIX_TIME = 32503680000
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
# A row holds 400 KB, and what does not fit must not keep others from being stored. Captions and
# comments have 2,200 characters, addresses some hundreds, ids of messages 200.
MAX_TEXT, MAX_NAME, MAX_ADDRESS, MAX_ID = 10_000, 200, 4000, 900
MAX_WORDS = 200
CUT = " […]"
# In a name they would end the subject of a message to people.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Rows hold whole numbers of 64 bits, also sums of those of 10,000 posts.
MAX_NUMBER = 10**15


def text(raw: JsonObject, name: str) -> str | None:
    """Return a text that is not empty, or None."""
    value = raw.get(name)
    return value if isinstance(value, str) and value else None


def cut_text(raw: JsonObject, name: str, most: int = MAX_TEXT) -> str | None:
    """Return a text, cut visibly if no row is made for so much; or None."""
    value = text(raw, name)
    return value if value is None or len(value) <= most else value[:most] + CUT


def cut_name(raw: JsonObject, name: str) -> str | None:
    """Return a name in one line, cut if it is longer than names are; or None."""
    value = CONTROLS.sub("", text(raw, name) or "")
    return value[:MAX_NAME] or None


def address(raw: JsonObject, name: str) -> str | None:
    """Return an address; None if it is missing or too long: a part of it would be of no use."""
    value = text(raw, name)
    return value if value and len(value.encode()) <= MAX_ADDRESS else None


def web_address(raw: JsonObject, name: str) -> str | None:
    """Return an address that a link may lead to; None for one of another scheme."""
    value = address(raw, name)
    return value if value and value.startswith(("https://", "http://")) else None


def identifier(raw: JsonObject, name: str = "id") -> str | None:
    """Return an id as text, whether it came as text or as a number; None for what can be none."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    found = str(value)
    return found if found and len(found.encode()) <= MAX_ID else None


def has_id(raw: JsonObject) -> bool:
    """Return whether there is an id, be it one of any length."""
    value = raw.get("id")
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def number(raw: JsonObject, name: str) -> int | None:
    """Return a whole number that can be stored, or None."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) < MAX_NUMBER else None


def whole(raw: JsonObject, name: str) -> int | None:
    """Return a whole number that came as a number, as text, or with a fraction of zero; or None."""
    value = raw.get(name)
    if isinstance(value, str) and DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value) if abs(value) < MAX_NUMBER else None
    return number(raw, name)


def amount(raw: JsonObject, name: str) -> float | None:
    """Return a number that can be stored, whole or not, or None."""
    value = raw.get(name)
    if isinstance(value, float):
        return value if abs(value) < MAX_NUMBER else None
    return number(raw, name)


def flag(raw: JsonObject, name: str) -> bool | None:
    """Return true, false, or None."""
    value = raw.get(name)
    return value if isinstance(value, bool) else None


def moment(raw: JsonObject, name: str) -> datetime | None:
    """Return a time such as `2026-01-15T10:30:00+0000`; None if it is missing or cannot be."""
    value = text(raw, name)
    try:
        found = datetime.fromisoformat(value) if value else None
        found = found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return found if found and EARLIEST <= found < LATEST else None


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
    """Return the names of a list, or of a text with commas between them; not too many."""
    value = raw.get(name)
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    names = (part.strip() for part in parts if isinstance(part, str))
    return tuple(islice((name for name in names if 0 < len(name) <= MAX_NAME), MAX_WORDS))


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
