"""Reading the values of updates: missing ones are None, wrong ones are Unexpected."""

from __future__ import annotations

from collections.abc import Mapping

from lambdas.comments.ids import is_id
from lambdas.comments.receiving.raw_update import DIGITS
from lambdas.graph.decoding import Json, JsonObject

MAX_TEXT = 10_000
CUT = " […]"
MAX_NAME = 200
MAX_MID = 1000


class Unexpected(Exception):
    """An update is not as documented; the message is a sentence that says how."""


def text_of(raw: JsonObject, name: str, limit: int = MAX_TEXT) -> str | None:
    """Return a text, cut visibly if it is too long; None if it is missing or empty."""
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unexpected(f"{name} is not a text.")
    return (value if len(value) <= limit else value[:limit] + CUT) or None


def id_of(raw: JsonObject, name: str) -> str | None:
    """Return an id as text, whether it came as text or as a number."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int) or not is_id(str(value)):
        raise Unexpected(f"{name} is not an id.")
    return str(value)


def required_id(raw: JsonObject, name: str, of: str) -> str:
    """Return an id that must be there; `of` is what has it."""
    found = id_of(raw, name)
    if found is None:
        raise Unexpected(f"{of} has no {name}.")
    return found


def mid_of(raw: JsonObject) -> str:
    """Return the id of a message, which is long."""
    value = raw.get("mid")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_MID:
        raise Unexpected("The message has no usable mid.")
    return value


def flag_of(raw: JsonObject, name: str) -> bool:
    """Return whether something is so; a missing value is no."""
    value = raw.get(name)
    if value is not None and not isinstance(value, bool):
        raise Unexpected(f"{name} is neither true nor false.")
    return value is True


def count_of(raw: JsonObject, name: str) -> int | None:
    """Return a whole number, whether it came as a number or as text."""
    value = raw.get(name)
    if isinstance(value, str) and DIGITS.fullmatch(value):
        value = int(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Unexpected(f"{name} is not a count.")
    return value


def object_of(raw: JsonObject, name: str) -> JsonObject:
    """Return an inner object; an empty one if it is missing."""
    value = raw.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Unexpected(f"{name} is not an object.")
    return value


def list_of(raw: JsonObject, name: str) -> list[Json]:
    """Return a list, whatever it holds; an empty one if it is missing."""
    value = raw.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unexpected(f"{name} is not a list of objects.")
    return value
