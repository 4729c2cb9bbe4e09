"""Field lists: `id,children{id,media_type},insights.metric(views,reach)`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from local.graph.errors import bad_parameter
from local.graph.parameters import Parameters

FIELD = re.compile(r"[a-z_0-9]+(?:\.[a-z_]+\([^)]*\))*")
OPTION = re.compile(r"\.([a-z_]+)\(([^)]*)\)")

Fields = Mapping[str, str]


def requested_fields(params: Parameters, default: str) -> Fields:
    """Return the requested fields, or the default ones when none are requested."""
    text = params.get("fields") or default
    return parse_fields(",".join(params.words("fields")) if text.startswith("[") else text)


def parse_fields(text: str) -> Fields:
    """Return field names with the text in their braces. Raises GraphError for a syntax error.

    The options of a field, such as `.metric(views,reach)`, stay part of its name.
    """
    fields: dict[str, str] = {}
    depth = start = 0
    for index, character in enumerate(text + ","):
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            part = text[start:index].strip()
            name, _, inner = part.partition("{")
            if not FIELD.fullmatch(name) or (inner and not inner.endswith("}")):
                raise bad_parameter(f"Syntax error in fields: {part}")
            fields[name] = inner.removesuffix("}")
            start = index + 1
    if depth:
        raise bad_parameter("Syntax error in fields: unbalanced brackets")
    return fields


def check_fields(fields: Fields, known: Collection[str]) -> None:
    """Raise GraphError for a field that the node does not have."""
    for name in fields:
        if name not in known:
            raise bad_parameter(f"Tried accessing nonexisting field ({name})")


def selected(values: Mapping[str, object], fields: Fields) -> dict[str, object]:
    """Return the id and the requested values; unset fields are omitted, as in the API."""
    names = {"id": "", **fields}
    return {name: values[name] for name in names if values.get(name) is not None}
