"""HEIF and AVIF files (ISO/IEC 14496-12 and 23008-12): what their boxes say, within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lambdas.pictures.av1 import colors_of_av1
from lambdas.pictures.bits import MAX_HEADER
from lambdas.pictures.brands import PHOTO_BRANDS, brands, with_brand
from lambdas.pictures.cicp import Cicp
from lambdas.pictures.hevc import colors_of_hevc
from lambdas.pictures.source import MAX_METADATA, Metadata, Source
from lambdas.pictures.undecodable import UnknownFormat, not_a_picture

MAX_BOXES = 5000
MAX_ITEMS = 5000


@dataclass
class _Boxes:
    """What has been read: properties by number, and the items' places and types."""

    primary: int = 0
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    of_primary: list[int] = field(default_factory=list)
    types: dict[int, bytes] = field(default_factory=dict)
    extents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    idat: int = 0
    in_idat: set[int] = field(default_factory=set)


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


def read_bmff(body: bytes) -> Source:
    """Take a HEIF or AVIF file apart.

    Raises Undecodable if its boxes exceed the bounds, UnknownFormat for a film.

    Decoders copy every metadata item, and many items may share one place, so their total is
    limited. An AVIF file's EXIF item is renamed in the copy that is decoded, because Pillow would
    expand it on opening; it is read here instead.
    """
    boxes = _Boxes()
    meta, is_film = (0, 0), False
    for kind, start, end in _walk(body, 0, len(body)):
        is_film = is_film or kind == b"moov"
        if kind == b"meta" and meta == (0, 0):
            meta = (start, min(end, len(body)))
            _read_meta(body, *meta, boxes)
    if not boxes.types and not PHOTO_BRANDS & set(brands(body)):
        raise UnknownFormat
    is_av1 = b"av01" in boxes.types.values() and b"hvc1" not in boxes.types.values()
    for item in boxes.in_idat:
        boxes.extents[item] = [(boxes.idat + start, size) for start, size in boxes.extents[item]]
    places = [place for item in boxes.extents.values() for place in item]
    if sum(length for _, length in places) > 2 * len(body) + MAX_METADATA:
        raise not_a_picture("items that overlap")
    body = _hide_exif(body, *meta)
    end_of_items = max((start + length for start, length in places), default=0)
    deep = any(k == b"av1C" and len(c) > 2 and c[2] & 0x40 for k, c in boxes.properties)
    return Source(
        with_brand(body, is_av1=is_av1, is_film=is_film) if boxes.types else body,
        ("AVIF", "HEIF") if is_av1 else ("HEIF", "AVIF"),
        _largest(boxes),
        Metadata(_exif(body, boxes)),
        _colors(body, boxes),
        deep=bool(deep),
        declared_size=end_of_items,
    )


def _walk(body: bytes, position: int, limit: int) -> Iterator[tuple[bytes, int, int]]:
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


def _read_meta(body: bytes, start: int, end: int, boxes: _Boxes) -> None:
    for kind, inner, after in _walk(body, start + 4, end):
        content = body[inner : min(after, end)]
        if kind == b"pitm":
            boxes.primary = int.from_bytes(content[4:8] if content[:1] == b"\1" else content[4:6])
        elif kind == b"iloc":
            _read_places(content, boxes)
        elif kind == b"idat":
            boxes.idat = inner
        elif kind == b"iinf":
            _read_types(content, boxes)
        elif kind == b"iprp":
            for name, first, last in _walk(content, 0, len(content)):
                if name == b"ipco":
                    boxes.properties = [
                        (key, content[a:b]) for key, a, b in _walk(content, first, last)
                    ]
                elif name == b"ipma":
                    boxes.of_primary += _associated(content[first:last], boxes.primary)


def _read_types(content: bytes, boxes: _Boxes) -> None:
    first = 8 if content[:1] != b"\0" else 6
    for kind, start, end in _walk(content, first, len(content)):
        if kind != b"infe" or content[start : start + 1] not in (b"\2", b"\3"):
            continue
        reader = _Reader(content[start + 4 : end])
        item = reader.number(2 if content[start] == 2 else 4)
        reader.number(2)
        boxes.types[item] = reader.number(4).to_bytes(4, "big")


def _read_places(content: bytes, boxes: _Boxes) -> None:
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


def _associated(content: bytes, primary: int) -> list[int]:
    """Return the property numbers (from 1) of the primary item."""
    reader = _Reader(content)
    head = reader.number(4)
    wide, long = 2 if head >> 24 < 1 else 4, head & 1
    for _ in range(min(reader.number(4), MAX_ITEMS)):
        if not reader.left:
            break
        item, count = reader.number(wide), reader.number(1)
        numbers = [
            reader.number(2) & 0x7FFF if long else reader.number(1) & 0x7F for _ in range(count)
        ]
        if item == primary:
            return numbers
    return []


def _largest(boxes: _Boxes) -> tuple[int, int] | None:
    """Return the largest size of any image: tiles and cropped images are decoded whole."""
    sizes = [
        (int.from_bytes(content[4:8], "big"), int.from_bytes(content[8:12], "big"))
        for kind, content in boxes.properties
        if kind == b"ispe"
    ]
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _colors(body: bytes, boxes: _Boxes) -> Cicp | None:
    """Return the colours by number; None if a profile describes them, or nothing does.

    What a `colr` box says comes first, then the bitstream. The primary image of a grid is not coded
    itself: its tiles are, and the first configuration is theirs.
    """
    own = [boxes.properties[n - 1] for n in boxes.of_primary if 0 < n <= len(boxes.properties)]
    described = [content for kind, content in own if kind == b"colr"]
    for content in described:
        if content[:4] == b"nclx":
            return Cicp(int.from_bytes(content[4:6], "big"), int.from_bytes(content[6:8], "big"))
    if described:
        return None
    for kind, content in (*own, *boxes.properties):
        if kind == b"hvcC":
            return colors_of_hevc(content)
        if kind == b"av1C":
            return colors_of_av1(content, _coded(body, boxes))
    return None


def _coded(body: bytes, boxes: _Boxes) -> bytes:
    """Return the first bytes of the primary image, or of the first tile if it is a grid."""
    coded = [item for item, kind in boxes.types.items() if kind == b"av01"]
    item = boxes.primary if boxes.primary in coded else next(iter(coded), 0)
    for start, length in boxes.extents.get(item, [])[:1]:
        return body[start : start + min(length, MAX_HEADER)]
    return b""


def _exif(body: bytes, boxes: _Boxes) -> bytes:
    for item, kind in boxes.types.items():
        if kind == b"Exif" and item in boxes.extents:
            raw = b"".join(body[a : a + min(n, MAX_METADATA)] for a, n in boxes.extents[item])
            # Four bytes say how far behind them the TIFF structure begins.
            skip = int.from_bytes(raw[:4], "big")
            return raw[4 + skip : 4 + skip + MAX_METADATA]
    return b""


def _hide_exif(body: bytes, start: int, end: int) -> bytes:
    meta = body[start:end]
    hidden = meta.replace(b"Exif", b"Skip")
    return body if hidden == meta else body[:start] + hidden + body[end:]
