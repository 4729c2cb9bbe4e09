"""Files that take little to send and much to decode."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable

from PIL import Image

# Colour type and depth of PNG, and the bytes of a pixel.
PNG_KINDS = {
    "I;16": (0, 16, 2),
    "RGB16": (2, 16, 6),
    "PA": (3, 8, 1),
    "LA": (4, 8, 2),
    "RGBA": (6, 8, 4),
}


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Return a PNG chunk with its checksum."""
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png_file(header: bytes, chunks: Iterable[bytes]) -> bytes:
    """Return a PNG file of a header and finished chunks."""
    start = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)
    return start + b"".join(chunks) + png_chunk(b"IEND", b"")


def flat_png(kind: str, width: int, height: int) -> bytes:
    """Return a valid PNG of one colour, a thousandth of its size in memory."""
    color, depth, pixel = PNG_KINDS[kind]
    packer = zlib.compressobj(1)
    row = b"\0" + b"\x40" * (width * pixel)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    chunks = [png_chunk(b"IDAT", rows)]
    if color == 3:
        palette = [png_chunk(b"PLTE", bytes(range(192)) * 4)]
        transparent = [png_chunk(b"tRNS", bytes(256))] if kind == "PA" else []
        chunks = palette + transparent + chunks
    return png_file(struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0), chunks)


def webp_header(width: int, height: int) -> bytes:
    """Return 46 bytes that claim a WebP picture with transparency."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + canvas
    bits = (width - 1) | (height - 1) << 14 | 1 << 28
    lossless = b"VP8L" + struct.pack("<I", 8) + b"\x2f" + struct.pack("<I", bits) + b"\0\0\0"
    content = b"WEBP" + extended + lossless
    return b"RIFF" + struct.pack("<I", len(content)) + content


def encoded(kind: str, size: tuple[int, int], mode: str = "RGB", **options: object) -> bytes:
    """Return a picture of one colour."""
    target = io.BytesIO()
    Image.new(mode, size, "teal" if mode != "CMYK" else (9, 90, 9, 9)).save(target, kind, **options)
    return target.getvalue()


def scan_bomb(scans: int, size: tuple[int, int] = (2000, 1500)) -> bytes:
    """Return a progressive JPEG whose last scan is repeated."""
    body = encoded("JPEG", size, progressive=True)
    last = body[body.rindex(b"\xff\xc4", 0, body.rindex(b"\xff\xda")) : -2]
    return body[:-2] + last * scans + body[-2:]
