"""How much the images of a HEIF or AVIF file make a decoder decode: one may be made of others.

A grid names its tiles, and may name the same tile, or another grid, thousands of times: a decoder
decodes it for each time.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from lambdas.pictures.undecodable import not_a_picture

# What an image is made of, and what belongs to another image, such as its transparency.
MADE_OF, BELONGS_TO = b"dimg", b"auxl"
# A picture of a hundred megapixels has 400 tiles of 512 pixels.
MAX_REFERENCES = 50_000
MAX_DEPTH = 8


@dataclass
class Parts:
    """Which images are decoded for an image, by their numbers; each as often as it is named."""

    of: dict[int, list[int]] = field(default_factory=dict)
    _count: int = 0

    def add(self, kind: bytes, content: bytes, *, wide: bool) -> None:
        """Take one box of an `iref` box; `wide` numbers have 32 bits.

        Raises Undecodable for more references than a picture has.
        """
        size, code = (4, "L") if wide else (2, "H")
        source = int.from_bytes(content[:size], "big")
        wanted = int.from_bytes(content[size : size + 2], "big")
        count = min(wanted, max(0, len(content) - size - 2) // size)
        self._count += count
        if self._count > MAX_REFERENCES:
            raise not_a_picture("too many references")
        targets = struct.unpack_from(f">{count}{code}", content, size + 2) if count else ()
        if kind == MADE_OF:
            self.of.setdefault(source, []).extend(targets)
        elif kind == BELONGS_TO:
            for target in targets:
                self.of.setdefault(target, []).append(source)

    def decoded_pixels(self, own: Mapping[int, int]) -> int:
        """Return the most pixels that one image makes a decoder decode, with all its parts.

        `own` are the pixels of each image. Raises Undecodable for images made of themselves.
        """
        known: dict[int, int] = {}

        def total(image: int, depth: int) -> int:
            if depth > MAX_DEPTH:
                raise not_a_picture("images that are made of each other")
            if image not in known:
                of_parts = sum(total(part, depth + 1) for part in self.of.get(image, ()))
                known[image] = own.get(image, 0) + of_parts
            return known[image]

        return max((total(image, 0) for image in {*own, *self.of}), default=0)
