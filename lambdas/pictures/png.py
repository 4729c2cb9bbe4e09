"""PNG files: their chunks, and a copy without those that would be expanded for nothing."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from lambdas.pictures.cicp import Cicp
from lambdas.pictures.png_text import KINDS, PngTexts
from lambdas.pictures.source import MAX_METADATA, Source
from lambdas.pictures.undecodable import not_a_picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 200_000
CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT"})
COLOR = frozenset({b"gAMA", b"cHRM", b"sRGB"})
INFLATED_STEP = 64
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Adam7: first column, first row, column step and row step of each pass.
PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


def read_png(body: bytes) -> Source:
    """Take a PNG file apart. Raises Undecodable if it has no header or too many chunks.

    Text chunks, animation frames and unknown chunks are left out of the copy that is decoded.
    Lengths and checksums are written again, so that a file that was cut off has valid chunks.
    """
    kept, exif, cicp = [SIGNATURE], b"", None
    header, has_profile, faulty, texts = b"", False, False, PngTexts()
    for kind, content, intact in _chunks(body):
        if kind in CRITICAL or (kind in COLOR and intact):
            kept.append(_chunk(kind, content))
            faulty = faulty or not intact
            header = content if kind == b"IHDR" and not header else header
        elif kind == b"tRNS" and intact and len(header) >= 10:
            if transparent := _transparent(content, depth=header[8], color=header[9]):
                kept.append(_chunk(kind, transparent))
        elif kind == b"iCCP" and intact and not has_profile:
            has_profile = True
            if _is_bounded(content):
                kept.append(_chunk(kind, content))
        elif kind == b"eXIf" and not exif:
            exif = content[:MAX_METADATA]
        elif kind == b"cICP" and intact and len(content) == 4:
            cicp = Cicp(content[0], content[1])
        elif kind in KINDS and intact:
            texts.add(kind, content)
    if len(header) < 13:
        raise not_a_picture("a PNG file without a header")
    width, height = struct.unpack(">LL", header[:8])
    kept.append(_chunk(b"IEND", b""))
    metadata = texts.metadata(exif)
    return Source(b"".join(kept), ("PNG",), (width, height), metadata, cicp, faulty=faulty)


def missing_of_png(body: bytes) -> float:
    """Return the share of a picture's rows, 0 to 1, that its compressed data do not hold."""
    header, inflater, found = b"", zlib.decompressobj(), 0
    for kind, content, _ in _chunks(body):
        if kind == b"IHDR" and not header:
            header = content
        elif kind == b"IDAT":
            size, intact = _inflated_size(inflater, content)
            found += size
            if not intact or inflater.eof:
                break
    expected = _raw_size(header)
    return 1 - min(1.0, found / expected) if expected else 1.0


def _inflated_size(inflater: zlib._Decompress, content: bytes) -> tuple[int, bool]:
    """Return the bytes that inflating yields, in steps that bound memory, and if it went well.

    What a step yields is lost with an error in it, so steps are small: pictures of a plain colour
    are a thousand times as large as their data.
    """
    size = 0
    for start in range(0, len(content), INFLATED_STEP):
        step = content[start : start + INFLATED_STEP]
        while step and not inflater.eof:
            try:
                size += len(inflater.decompress(step, MAX_METADATA))
            except zlib.error:
                return size, False
            step = inflater.unconsumed_tail
    return size, True


def _raw_size(header: bytes) -> int:
    """Return the bytes of all rows, each with its filter byte."""
    width, height, depth, color, _, _, interlaced = struct.unpack(">LLBBBBB", header[:13])
    bits = depth * CHANNELS.get(color, 1)
    passes = PASSES if interlaced else ((0, 0, 1, 1),)
    size = 0
    for left, top, step, row_step in passes:
        columns, rows = max(0, -(-(width - left) // step)), max(0, -(-(height - top) // row_step))
        size += rows * (1 + (columns * bits + 7) // 8) if columns else 0
    return size


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yield type, content and whether the checksum is right; the last may have been cut off."""
    position = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        header = body[position : position + 8]
        if len(header) < 8 or header[4:] == b"IEND" or not header[4:].isalpha():
            return
        size = int.from_bytes(header[:4], "big")
        content = body[position + 8 : position + 8 + size]
        checksum = body[position + 8 + size : position + 12 + size]
        intact = checksum == struct.pack(">L", zlib.crc32(header[4:] + content))
        yield header[4:], content, intact
        position += 12 + size
    raise not_a_picture("a PNG file with too many chunks")


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">L", zlib.crc32(kind + content))
    return struct.pack(">L", len(content)) + kind + content + checksum


def _transparent(content: bytes, *, depth: int, color: int) -> bytes:
    """Return what a tRNS chunk says as Pillow understands it, empty if it is too short.

    It compares the grey or the colour that is transparent with pixels that it has brought to eight
    bits. Greys of sixteen it leaves as they are.
    """
    samples = {0: 1, 2: 3}.get(color)
    if samples is None:
        return content
    if len(content) < 2 * samples:
        return b""
    values = struct.unpack(f">{samples}H", content[: 2 * samples])
    if color == 0 and depth in (2, 4):
        most = (1 << depth) - 1
        values = tuple((value & most) * (255 // most) for value in values)
    elif color == 2 and depth == 16:
        values = tuple(value >> 8 for value in values)
    return struct.pack(f">{samples}H", *values)


def _is_bounded(profile: bytes) -> bool:
    """Return whether an iCCP chunk expands to at most a megabyte, which is Pillow's own limit."""
    inflater = zlib.decompressobj()
    try:
        inflater.decompress(profile.partition(b"\0")[2][1:], MAX_METADATA)
    except zlib.error:
        return False
    return not inflater.unconsumed_tail
