"""Coding-independent code points (ITU-T H.273): how HEIF, AVIF and PNG name a colour space."""

from __future__ import annotations

from dataclasses import dataclass

UNSPECIFIED = 2


@dataclass(frozen=True)
class Cicp:
    """Colour primaries and transfer characteristics, by their numbers in H.273."""

    primaries: int
    transfer: int
