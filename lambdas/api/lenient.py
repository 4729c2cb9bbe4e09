"""Decoding that does not stop at the first mistake: each field is read by itself.

A field that is missing or has the wrong type is reported and left out: UNSET where it is required,
else its default. So the rules can be held against everything else.
"""

from __future__ import annotations

import enum
import types
from typing import TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import UNSET

from lambdas.api.findings import Findings

S = TypeVar("S", bound=msgspec.Struct)
MAX_ENTRIES = 50
"""Of a list: more are reported as one problem, and not looked at."""
NAMES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def decode_fields(
    kind: type[S], raw: object, place: str, found: Findings, max_entries: int = MAX_ENTRIES
) -> S | None:
    """Return a structure from decoded JSON, as far as it can be read; None if it is no object.

    `place` is the path of the structure, empty for the whole body.
    """
    if not isinstance(raw, dict):
        found.refuse(place, "wrong_type", f"{place or 'The body'} must be an object.")
        return None
    fields = {one.encode_name: one for one in msgspec.structs.fields(kind)}
    for name in raw:
        if name not in fields:
            shown = _shown(str(name))
            found.refuse(_join(place, shown), "unknown_field", f"There is no field {shown}.")
    values: dict[str, object] = {}
    for name, one in fields.items():
        path = _join(place, name)
        if name in raw:
            values[one.name] = _value(one.type, raw[name], path, found, max_entries)
        elif one.required:
            found.refuse(path, "missing", f"{path} is missing.")
        if one.required:
            values.setdefault(one.name, UNSET)
        elif values.get(one.name) is UNSET:
            del values[one.name]
    return kind(**values)


def _value(wanted: object, raw: object, place: str, found: Findings, max_entries: int) -> object:
    options = _options(wanted)
    if raw is None and type(None) in options:
        return None
    for option in options:
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            read = decode_fields(option, raw, place, found, max_entries)
            return UNSET if read is None else read
        if get_origin(option) is tuple and isinstance(raw, list):
            return _entries(get_args(option)[0], raw, place, found, max_entries)
    try:
        return msgspec.convert(raw, type=wanted)
    except msgspec.ValidationError as error:
        found.refuse(place, _code(error), f"{place}: {_sentence(error, wanted)}")
        return UNSET


def _entries(
    wanted: object, raw: list[object], place: str, found: Findings, max_entries: int
) -> object:
    if len(raw) > max_entries:
        found.refuse(place, "too_many", f"{place} has {len(raw)} entries, far more than possible.")
        return UNSET
    read = [
        _value(wanted, one, f"{place}[{index}]", found, max_entries)
        for index, one in enumerate(raw)
    ]
    # What could not be read keeps its place, so that later entries keep their index.
    return tuple(_blank(wanted) if one is UNSET else one for one in read)


def _blank(wanted: object) -> object:
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        fields = msgspec.structs.fields(wanted)
        return wanted(**{one.name: UNSET for one in fields if one.required})
    return ""


def _options(wanted: object) -> tuple[object, ...]:
    is_union = get_origin(wanted) in (Union, types.UnionType)
    return get_args(wanted) if is_union else (wanted,)


def _code(error: msgspec.ValidationError) -> str:
    return "unknown_value" if str(error).startswith("Invalid enum value") else "wrong_type"


def _sentence(error: msgspec.ValidationError, wanted: object) -> str:
    if _code(error) == "unknown_value":
        enums = [one for one in _options(wanted) if isinstance(one, type)]
        names = ", ".join(one for kind in enums if issubclass(kind, enum.StrEnum) for one in kind)
        return f"choose one of {names}."
    expected = str(error).partition("Expected `")[2].partition("`")[0]
    names = " or ".join(NAMES.get(one, one) for one in expected.split(" | ") if one)
    return f"must be {names or 'of another type'}."


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _shown(name: str) -> str:
    """Return a name that a stranger chose, short and printable."""
    return "".join(one if one.isprintable() else "?" for one in name[:60])
