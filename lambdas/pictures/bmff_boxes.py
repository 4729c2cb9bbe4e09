"""The boxes of HEIF and AVIF files (ISO/IEC 14496-12, 23008-12), read within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lambdas.pictures.bmff_items import Parts
from lambdas.pictures.undecodable import not_a_picture

MAX_BOXES = 5000
MAX_ITEMS = 5000
# Of which a file has one. Decoders differ in which of several they read.
SINGLE = frozenset({b"pitm", b"iloc", b"iinf", b"iprp", b"iref", b"idat"})


@dataclass
class Boxes:
    """What has been read: properties by number, and the items' places and types."""

    primary: int = 0
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    associated: dict[int, list[int]] = field(default_factory=dict)
    parts: Parts = field(default_factory=Parts)
    types: dict[int, bytes] = field(default_factory=dict)
    extents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    idat: int = 0
    in_idat: set[int] = field(default_factory=set)

    def properties_of(self, item: int) -> list[tuple[bytes, bytes]]:
        """Return kind and content of an item's own properties."""
        numbers = self.associated.get(item, [])
        return [self.properties[n - 1] for n in numbers if 0 < n <= len(self.properties)]


class _Reader:
    """Reads big-endian numbers from a slice; past its end they are zero."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def left(self) -> bool:
        return self._position < len(self._data)

    def number(self, size: int) -> int:
        value = int.from_bytes(self._data[self._position : self._position + size], "big")
        self._position += size
        return value


def walk(body: bytes, position: int, limit: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start of the content and end of each box; the last may reach past `limit`."""
    for _ in range(MAX_BOXES):
        if position + 8 > limit:
            return
        size = int.from_bytes(body[position : position + 4], "big")
        kind, start = body[position + 4 : position + 8], position + 8
        if size == 1:
            size, start = int.from_bytes(body[start : start + 8], "big"), start + 8
        end = limit if size == 0 else position + size
        if end < start:
            return
        yield kind, start, end
        position = end
    raise not_a_picture("too many boxes")


def read_meta(body: bytes, start: int, end: int, boxes: Boxes) -> None:
    """Read the box `meta` whose content is between two offsets. Raises Undecodable."""
    seen: set[bytes] = set()
    for kind, inner, after in walk(body, start + 4, end):
        content = body[inner : min(after, end)]
        if kind in SINGLE & seen:
            raise not_a_picture("boxes that contradict each other")
        seen.add(kind)
        if kind == b"pitm":
            boxes.primary = int.from_bytes(content[4:8] if content[:1] == b"\1" else content[4:6])
        elif kind == b"iloc":
            _read_places(content, boxes)
        elif kind == b"idat":
            boxes.idat = inner
        elif kind == b"iinf":
            _read_types(content, boxes)
        elif kind == b"iref":
            for name, first, last in walk(content, 4, len(content)):
                boxes.parts.add(name, content[first:last], wide=content[:1] != b"\0")
        elif kind == b"iprp":
            _read_properties(content, boxes)


def _read_properties(content: bytes, boxes: Boxes) -> None:
    for name, first, last in walk(content, 0, len(content)):
        if name == b"ipco":
            if boxes.properties:
                raise not_a_picture("properties that contradict each other")
            boxes.properties = [(key, content[a:b]) for key, a, b in walk(content, first, last)]
        elif name == b"ipma":
            for item, numbers in _associated(content[first:last]):
                boxes.associated.setdefault(item, []).extend(numbers)


def _read_types(content: bytes, boxes: Boxes) -> None:
    first = 8 if content[:1] != b"\0" else 6
    for kind, start, end in walk(content, first, len(content)):
        if kind != b"infe" or content[start : start + 1] not in (b"\2", b"\3"):
            continue
        reader = _Reader(content[start + 4 : end])
        item = reader.number(2 if content[start] == 2 else 4)
        reader.number(2)
        boxes.types[item] = reader.number(4).to_bytes(4, "big")


def _read_places(content: bytes, boxes: Boxes) -> None:
    reader = _Reader(content)
    version = reader.number(4) >> 24
    sizes, more = reader.number(1), reader.number(1)
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version in (1, 2) else 0
    wide = 4 if version == 2 else 2
    count, seen = reader.number(wide), 0
    for _ in range(count):
        item = reader.number(wide)
        method = reader.number(2) & 15 if version in (1, 2) else 0
        reader.number(2)
        base = reader.number(base_size)
        extents = reader.number(2)
        seen += 1 + extents
        if seen > MAX_ITEMS or not reader.left:
            raise not_a_picture("too many items")
        places = []
        for _ in range(extents):
            reader.number(index_size)
            start = base + reader.number(offset_size)
            places.append((start, reader.number(length_size)))
        # Other methods of construction do not point into the file, nor into the box `idat`.
        if method in (0, 1):
            boxes.extents[item] = places
        if method == 1:
            boxes.in_idat.add(item)


def _associated(content: bytes) -> Iterator[tuple[int, list[int]]]:
    """Yield items and the numbers (from 1) of their properties."""
    reader = _Reader(content)
    head = reader.number(4)
    wide, long = 2 if head >> 24 < 1 else 4, head & 1
    for _ in range(min(reader.number(4), MAX_ITEMS)):
        if not reader.left:
            return
        item, count = reader.number(wide), reader.number(1)
        yield (
            item,
            [reader.number(2) & 0x7FFF if long else reader.number(1) & 0x7F for _ in range(count)],
        )
