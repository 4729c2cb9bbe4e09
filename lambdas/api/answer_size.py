"""How much a function can answer: lists end early where their entries are long.

Lambda returns up to 6 MB, in which the body is one JSON text. Source: "Lambda quotas".
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence

import msgspec

MAX_BYTES = 5_000_000
"""Of a list, as `size_in_answer` counts; the rest of an answer needs far less than what is left."""


LAMBDA_LIMIT = 6 * 1024 * 1024 - 16 * 1024
"""What a function may return, without status and headers."""


def is_too_large(body: str) -> bool:
    """Return whether Lambda would refuse to return a body."""
    if len(body) * 6 <= LAMBDA_LIMIT:
        return False
    return len(json.dumps(body, ensure_ascii=False).encode(errors="replace")) > LAMBDA_LIMIT


def size_in_answer(body: bytes) -> int:
    """Return at most how long a body is as a text in the function's own JSON.

    Quotes and backslashes are escaped; other characters may be written as one or two `\\uXXXX`.
    """
    escaped = body.count(b'"') + body.count(b"\\") + body.count(b"\n")
    foreign = len(body) - len(body.decode("ascii", "ignore"))
    return len(body) + escaped + 2 * foreign


def size_in_page(text: str) -> int:
    """Return at most how long a text is in a page, where some characters become five."""
    return size_in_answer(html.escape(text).encode())


def fitting(entries: Sequence[object], most: int = MAX_BYTES) -> int:
    """Return how many entries from the first on fit into an answer of JSON; one always counts."""
    return fitting_sizes((size_in_answer(msgspec.json.encode(one)) + 1 for one in entries), most)


def fitting_sizes(sizes: Iterable[int], most: int = MAX_BYTES) -> int:
    """Return how many entries of these sizes fit, from the first on; one always counts."""
    size = number = 0
    for number, one in enumerate(sizes, 1):
        size += one
        if number > 1 and size > most:
            return number - 1
    return number
