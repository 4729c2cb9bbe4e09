"""HEIF and AVIF files (ISO/IEC 14496-12 and 23008-12): what their boxes say, within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lambdas.pictures.av1 import coded_frames, colors_of_av1
from lambdas.pictures.bits import MAX_HEADER
from lambdas.pictures.bmff_boxes import Boxes, read_meta, walk
from lambdas.pictures.brands import PHOTO_BRANDS, brands, with_brand
from lambdas.pictures.cicp import Cicp, with_known_numbers
from lambdas.pictures.hevc import colors_of_hevc
from lambdas.pictures.source import MAX_METADATA, Metadata, Source
from lambdas.pictures.undecodable import UnknownFormat, not_a_picture


@dataclass(frozen=True)
class _Claims:
    """The largest size of any image, the most pixels decoded for one, and if any is deep.

    Coded AV1 data may hold larger frames than their image claims to be, and many of them.
    """

    size: tuple[int, int] | None
    decoded: int
    deep: bool


def read_bmff(body: bytes) -> Source:
    """Take a HEIF or AVIF file apart.

    Raises Undecodable if its boxes exceed the bounds, UnknownFormat for a film.

    Decoders copy every metadata item, and many items may share one place, so their total is
    limited. An AVIF file's EXIF item is renamed in the copy that is decoded, because Pillow would
    expand it on opening; it is read here instead.
    """
    boxes = Boxes()
    meta = (0, 0)
    for kind, start, end in walk(body, 0, len(body)):
        if kind == b"meta":
            if meta != (0, 0):
                raise not_a_picture("two lists of images")
            meta = (start, min(end, len(body)))
            read_meta(body, *meta, boxes)
    if not boxes.types and not PHOTO_BRANDS & set(brands(body)):
        raise UnknownFormat
    is_av1 = b"av01" in boxes.types.values() and b"hvc1" not in boxes.types.values()
    for item in boxes.in_idat:
        boxes.extents[item] = [(boxes.idat + start, size) for start, size in boxes.extents[item]]
    places = [place for item in boxes.extents.values() for place in item]
    if sum(length for _, length in places) > 2 * len(body) + MAX_METADATA:
        raise not_a_picture("items that overlap")
    body = _decodable(body, *meta)
    end_of_items = max((start + length for start, length in places), default=0)
    deep = any(k == b"av1C" and len(c) > 2 and c[2] & 0x40 for k, c in boxes.properties)
    claims = _claims(body, boxes)
    return Source(
        with_brand(body, is_av1=is_av1) if boxes.types else body,
        ("AVIF", "HEIF") if is_av1 else ("HEIF", "AVIF"),
        claims.size,
        Metadata(_exif(body, boxes)),
        _colors(body, boxes),
        deep=deep or claims.deep,
        declared_size=end_of_items,
        coded=tuple(_coded_places(boxes)),
        decoded=claims.decoded,
    )


def _claims(body: bytes, boxes: Boxes) -> _Claims:
    """Return what is claimed of all images: tiles and cropped ones are decoded whole."""
    sizes = [_size_of(content) for kind, content in boxes.properties if kind == b"ispe"]
    largest = max(map(_pixels, sizes), default=0)
    own, deep = dict[int, int](), False
    for item, kind in boxes.types.items():
        named = [content for name, content in boxes.properties_of(item) if name == b"ispe"]
        own[item] = max((_pixels(_size_of(one)) for one in named), default=largest)
        if kind == b"av01":
            coded = coded_frames(_bytes_of(body, boxes, item))
            sizes.append(coded.size)
            deep = deep or coded.deep
            own[item] = max(own[item], _pixels(coded.size)) * max(1, coded.frames)
    return _Claims(max(sizes, key=_pixels, default=None), boxes.parts.decoded_pixels(own), deep)


def _size_of(content: bytes) -> tuple[int, int]:
    return int.from_bytes(content[4:8], "big"), int.from_bytes(content[8:12], "big")


def _pixels(size: tuple[int, int]) -> int:
    return size[0] * size[1]


def _bytes_of(body: bytes, boxes: Boxes, item: int) -> bytes:
    return b"".join(body[start : start + size] for start, size in boxes.extents.get(item, []))


def _colors(body: bytes, boxes: Boxes) -> Cicp | None:
    """Return the colours by number; None if a profile describes them, or nothing does.

    What a `colr` box says comes first, then the bitstream. Of two such boxes, a profile describes
    the colours, and the numbers only how they are coded. The primary image of a grid is not coded
    itself: its tiles are, and the first configuration is theirs.
    """
    own = boxes.properties_of(boxes.primary)
    described = {content[:4]: content for kind, content in own if kind == b"colr"}
    if numbers := described.pop(b"nclx", b""):
        code = Cicp(int.from_bytes(numbers[4:6], "big"), int.from_bytes(numbers[6:8], "big"))
        return None if described else code
    if described:
        return None
    for kind, content in (*own, *boxes.properties):
        if kind == b"hvcC":
            return colors_of_hevc(content)
        if kind == b"av1C":
            return colors_of_av1(content, _coded(body, boxes))
    return None


def _coded_places(boxes: Boxes) -> Iterator[tuple[int, int]]:
    """Yield the places of coded images, tiles among them."""
    for item, kind in boxes.types.items():
        if kind in (b"hvc1", b"av01"):
            yield from boxes.extents.get(item, ())


def _coded(body: bytes, boxes: Boxes) -> bytes:
    """Return the first bytes of the primary image, or of the first tile if it is a grid."""
    coded = [item for item, kind in boxes.types.items() if kind == b"av01"]
    item = boxes.primary if boxes.primary in coded else next(iter(coded), 0)
    for start, length in boxes.extents.get(item, [])[:1]:
        return body[start : start + min(length, MAX_HEADER)]
    return b""


def _exif(body: bytes, boxes: Boxes) -> bytes:
    for item, kind in boxes.types.items():
        if kind == b"Exif" and item in boxes.extents:
            raw = b"".join(body[a : a + min(n, MAX_METADATA)] for a, n in boxes.extents[item])
            # Four bytes say how far behind them the TIFF structure begins.
            skip = int.from_bytes(raw[:4], "big")
            return raw[4 + skip : 4 + skip + MAX_METADATA]
    return b""


def _decodable(body: bytes, start: int, end: int) -> bytes:
    """Return the file without what its decoder would expand, or refuse all of it for."""
    meta = body[start:end]
    hidden = with_known_numbers(meta.replace(b"Exif", b"Skip"))
    return body if hidden == meta else body[:start] + hidden + body[end:]
