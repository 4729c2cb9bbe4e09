"""Decoding of JSON that others wrote: bounded in depth, and with values that can be stored."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TypeAlias

# Decoded JSON of foreign origin: read it with `lambdas.graph.parsing`.
Json: TypeAlias = Any
JsonObject: TypeAlias = Mapping[str, Any]

MAX_DEPTH = 64
# A 64-bit id has 19 digits and may have a sign.
MAX_DIGITS = 20
# So many fit into 64 bits.
MAX_EXACT_DIGITS = 18


def decode_json(body: bytes | str, *, keep_digits: bool = False) -> Json:
    """Decode JSON from outside. Raises ValueError if it is malformed or nested too deeply.

    Numbers that nothing can store (NaN, infinity, more than 20 digits) become None. A lone
    surrogate becomes U+FFFD: one caption must not keep its siblings from being stored. With
    `keep_digits` whole numbers of more than 18 digits, which may be ids, become text.
    """
    whole = _short_or_text if keep_digits else _whole
    try:
        decoded = json.loads(
            body, parse_int=whole, parse_float=_finite, parse_constant=lambda _: None
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return _storable(decoded, MAX_DEPTH)


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_DIGITS else None


def _short_or_text(digits: str) -> int | str:
    return int(digits) if len(digits) <= MAX_EXACT_DIGITS else digits


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


def _storable(value: Json, depth: int) -> Json:
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return without_lone_surrogates(value)
    if isinstance(value, list):
        return [_storable(entry, depth - 1) for entry in value]
    if isinstance(value, dict):
        return {
            without_lone_surrogates(name): _storable(entry, depth - 1)
            for name, entry in value.items()
        }
    return value


def without_lone_surrogates(text: str) -> str:
    """Join surrogates that are pairs, and replace the others by U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
