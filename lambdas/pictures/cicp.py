"""Coding-independent code points (ITU-T H.273): how HEIF, AVIF and PNG name a colour space."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNSPECIFIED = 2
# Primaries, transfer characteristics and matrix coefficients that have a meaning.
KNOWN = (
    frozenset({1, 2, *range(4, 13), 22}),
    frozenset({1, 2, *range(4, 19)}),
    frozenset({0, 1, 2, *range(4, 15)}),
)
NUMBERS = re.compile(rb"(?<=colrnclx).{6}", re.DOTALL)


@dataclass(frozen=True)
class Cicp:
    """Colour primaries and transfer characteristics, by their numbers in H.273."""

    primaries: int
    transfer: int


def with_known_numbers(boxes: bytes) -> bytes:
    """Return boxes whose colour numbers have a meaning: a decoder refuses a file with others."""
    return NUMBERS.sub(_known, boxes)


def _known(match: re.Match[bytes]) -> bytes:
    numbers = [int.from_bytes(match[0][start : start + 2], "big") for start in (0, 2, 4)]
    kept = [n if n in known else UNSPECIFIED for n, known in zip(numbers, KNOWN, strict=True)]
    return b"".join(number.to_bytes(2, "big") for number in kept)
