"""Reading decoded answers: unknown fields are passed over, missing ones are None, ids are texts, times are aware and in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

DIGITS = re.compile(r"\d{1,15}", re.ASCII)


def text(raw: Mapping[str, Any], name: str) -> str | None:
    """A text that is not empty, or None."""
    value = raw.get(name)
    return value if isinstance(value, str) and value else None


def identifier(raw: Mapping[str, Any], name: str = "id") -> str | None:
    """An id as text, whether it came as text or as a number; or None."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value) or None


def number(raw: Mapping[str, Any], name: str) -> int | None:
    """A whole number, or None."""
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def whole(raw: Mapping[str, Any], name: str) -> int | None:
    """A whole number, whether it came as a number or as text, or with a fraction of zero; or None."""
    value = raw.get(name)
    if isinstance(value, str) and DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return number(raw, name)


def amount(raw: Mapping[str, Any], name: str) -> float | None:
    """A number, whole or not, or None."""
    value = raw.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def flag(raw: Mapping[str, Any], name: str) -> bool | None:
    """True, false, or None."""
    value = raw.get(name)
    return value if isinstance(value, bool) else None


def moment(raw: Mapping[str, Any], name: str) -> datetime | None:
    """A time such as `2026-01-15T10:30:00+0000`, or None."""
    value = text(raw, name)
    try:
        found = datetime.fromisoformat(value) if value else None
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def seconds(raw: Mapping[str, Any], name: str) -> timedelta | None:
    """A length of time given in seconds, or None."""
    value = raw.get(name)
    if isinstance(value, str) and DIGITS.fullmatch(value):
        value = int(value)
    return (
        timedelta(seconds=value)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e10
        else None
    )


def words(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts, or a text with commas between them."""
    value = raw.get(name)
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(part.strip() for part in parts if isinstance(part, str) and part.strip())


def mapping(raw: Any) -> Mapping[str, Any]:
    """The object itself, or an empty one if it is none."""
    return raw if isinstance(raw, Mapping) else {}


def entries(raw: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; none if it is no list."""
    return [entry for entry in raw if isinstance(entry, Mapping)] if isinstance(raw, list) else []


def data(raw: Any) -> list[Mapping[str, Any]]:
    """The objects of `{"data": [...]}`."""
    return entries(mapping(raw).get("data"))


def single(raw: Any) -> Mapping[str, Any]:
    """One object, whether it came flat or as `{"data": [{...}]}`."""
    return data(raw)[0] if data(raw) else mapping(raw)
