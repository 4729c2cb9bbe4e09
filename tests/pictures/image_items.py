"""HEIF and AVIF files built box by box: any images, made of any others."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PIL import Image

from lambdas.pictures.picture import support_heif

ALPHA = b"\0\0\0\0urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"


@dataclass(frozen=True)
class Coded:
    """A coded picture of one colour: its configuration box, and its data."""

    configuration: bytes
    data: bytes
    kind: bytes

    @classmethod
    def of(cls, file_format: str, side: int) -> Coded:
        """Encode a square."""
        support_heif()
        target = io.BytesIO()
        speed = {"speed": 10} if file_format == "AVIF" else {}
        Image.new("RGB", (side, side), "olive").save(target, file_format, quality=40, **speed)
        body, is_av1 = target.getvalue(), file_format == "AVIF"
        name = b"av1C" if is_av1 else b"hvcC"
        return cls(box(name, _content(body, name)), _content(body, b"mdat"), _kind(is_av1))


@dataclass(frozen=True)
class Item:
    """An image: its type and data, its properties, the images it is made of or belongs to."""

    kind: bytes
    data: bytes
    properties: Sequence[bytes]
    made_of: Sequence[int] = ()
    belongs_to: Sequence[int] = ()


@dataclass
class ImageFile:
    """A file whose first image is the primary one. Images are numbered from 1."""

    items: Sequence[Item]
    brand: bytes = b"heic"
    _places: Mapping[int, int] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the file."""
        start = box(b"ftyp", self.brand, bytes(4), b"mif1", self.brand)
        at, places, stored = len(start) + len(self.meta({})) + 8, dict[int, int](), b""
        for number, item in enumerate(self.items, 1):
            places[number] = at + len(stored)
            stored += item.data
        return start + self.meta(places) + box(b"mdat", stored)

    def meta(self, places: Mapping[int, int]) -> bytes:
        """Return the box that describes the images, whose data begin at `places`."""
        numbered = list(enumerate(self.items, 1))
        entries = [
            full(b"infe", 2, struct.pack(">HH4s", n, 0, one.kind), b"\0") for n, one in numbered
        ]
        located = [
            struct.pack(">HHHLL", n, 0, 1, places.get(n, 0), len(one.data)) for n, one in numbered
        ]
        count = struct.pack(">H", len(numbered))
        return full(
            b"meta",
            0,
            full(b"hdlr", 0, bytes(4), b"pict", bytes(13)),
            full(b"pitm", 0, struct.pack(">H", 1)),
            full(b"iloc", 0, b"\x44\0", count, *located),
            full(b"iinf", 0, count, *entries),
            self._properties(),
            self._references(),
        )

    def _properties(self) -> bytes:
        known = list(dict.fromkeys(one for item in self.items for one in item.properties))
        uses = [
            struct.pack(">HB", number, len(item.properties))
            + bytes(known.index(one) + 1 for one in item.properties)
            for number, item in enumerate(self.items, 1)
        ]
        associations = full(b"ipma", 0, struct.pack(">L", len(uses)), *uses)
        return box(b"iprp", box(b"ipco", *known), associations)

    def _references(self) -> bytes:
        made = [
            box(name, struct.pack(f">HH{len(targets)}H", number, len(targets), *targets))
            for number, item in enumerate(self.items, 1)
            for name, targets in ((b"dimg", item.made_of), (b"auxl", item.belongs_to))
            if targets
        ]
        return full(b"iref", 0, *made) if made else b""


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box."""
    content = b"".join(parts)
    return struct.pack(">L", 8 + len(content)) + kind + content


def full(kind: bytes, version: int, *parts: bytes) -> bytes:
    """Return a box with a version."""
    return box(kind, struct.pack(">L", version << 24), *parts)


def extent(side: int) -> bytes:
    """Return the property that claims a square of this size."""
    return full(b"ispe", 0, struct.pack(">LL", side, side))


def coded_item(coded: Coded, side: int, **more: Sequence[int]) -> Item:
    """Return a coded image that claims a size."""
    return Item(coded.kind, coded.data, (coded.configuration, extent(side)), **more)


def grid_item(across: int, side: int, tiles: Sequence[int]) -> Item:
    """Return a square grid of tiles."""
    layout = struct.pack(">BBBBHH", 0, 0, across - 1, across - 1, side, side)
    return Item(b"grid", layout, (extent(side),), made_of=tiles)


def _kind(is_av1: bool) -> bytes:
    return b"av01" if is_av1 else b"hvc1"


def _content(body: bytes, kind: bytes) -> bytes:
    start = body.index(kind)
    return body[start + 4 : start - 4 + int.from_bytes(body[start - 4 : start], "big")]
