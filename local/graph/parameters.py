"""Request parameters, in every encoding that the Graph API accepts.

A list is sent as `a,b`, as JSON (`["a","b"]`, used by Meta's SDKs) or as `name[0]=a&name[1]=b`.
Booleans are `true` and `false`, or `1` and `0`. A JSON body carries the same names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from local.graph.errors import bad_parameter

INDEXED_NAME = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")
FLAGS = {"true": True, "1": True, "false": False, "0": False}
CREDENTIALS = ("access_token", "appsecret_proof")


class Parameters(dict[str, str]):
    """Parameter values by name, as text."""

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Parameters:
        """Return the parameters of a query string or form; the last of equal names counts."""
        values = cls()
        groups: dict[str, dict[str, str]] = {}
        for name, value in pairs:
            indexed = INDEXED_NAME.fullmatch(name)
            if indexed:
                group = groups.setdefault(indexed[1], {})
                group[indexed[2] or str(len(group))] = value
            else:
                values[name] = value
        for name, group in groups.items():
            is_list = all(key.isdigit() for key in group)
            values[name] = json.dumps(list(group.values()) if is_list else group)
        return values

    @classmethod
    def from_json(cls, body: bytes) -> Parameters:
        """Return the parameters of a JSON body. Raises GraphError unless it is an object."""
        decoded = _decoded(body) if body.strip() else {}
        if not isinstance(decoded, dict):
            raise bad_parameter("The request body must be a JSON object")
        return cls(
            {
                str(name): value if isinstance(value, str) else json.dumps(value)
                for name, value in decoded.items()
                if value is not None
            }
        )

    def without_credentials(self) -> Parameters:
        """Return the parameters without token and proof."""
        return Parameters({name: self[name] for name in self if name not in CREDENTIALS})

    def words(self, name: str) -> list[str]:
        """Return the entries of a list parameter; empty when it is missing."""
        text = self.get(name, "")
        if not text.startswith("["):
            return [word for word in text.split(",") if word]
        words = _decoded(text)
        if not isinstance(words, list) or not all(_is_word(word) for word in words):
            raise bad_parameter(f"Param {name} must be an array of strings")
        return [str(word) for word in words]

    def objects(self, name: str) -> list[dict[str, object]]:
        """Return the entries of a parameter that is a JSON array of objects."""
        entries = _decoded(self.get(name, "[]"))
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise bad_parameter(f"Param {name} must be an array of objects")
        return entries

    def mapping(self, name: str) -> dict[str, object]:
        """Return a parameter that is a JSON object; empty when it is missing."""
        decoded = _decoded(self.get(name, "{}"))
        if not isinstance(decoded, dict):
            raise bad_parameter(f"Param {name} must be an object")
        return decoded

    def flag(self, name: str) -> bool | None:
        """Return a boolean parameter, or None when it is missing."""
        if name not in self:
            return None
        value = FLAGS.get(self[name].lower())
        if value is None:
            raise bad_parameter(f"Param {name} must be a boolean")
        return value

    def required(self, name: str) -> str:
        """Return a parameter's text. Raises GraphError when it is missing or empty."""
        value = self.get(name)
        if not value:
            raise bad_parameter(f"The parameter {name} is required")
        return value


def _decoded(text: str | bytes) -> object:
    """Return decoded JSON, or None for text that is not JSON."""
    try:
        decoded: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return decoded


def _is_word(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
