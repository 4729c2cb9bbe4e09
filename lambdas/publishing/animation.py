"""Whether a picture file moves, from its structure alone: nothing is decoded."""

from __future__ import annotations

from collections.abc import Iterator

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
GIF_SIGNATURES = (b"GIF87a", b"GIF89a")
# Files of more parts than this are not looked at further.
MAX_PARTS = 100_000
TRAILER, EXTENSION, IMAGE = 0x3B, 0x21, 0x2C


def is_gif(body: bytes) -> bool:
    """Return whether a file is a GIF, animated or not."""
    return body[:6] in GIF_SIGNATURES


def is_animated(body: bytes) -> bool:
    """Return whether a file holds more than one picture that are shown one after the other."""
    if is_gif(body):
        return _count(_gif_images(body), 2) > 1
    if body[:8] == PNG_SIGNATURE:
        return any(kind == b"acTL" and frames > 1 for kind, frames in _png_chunks(body))
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return _count((kind for kind in _webp_chunks(body) if kind == b"ANMF"), 2) > 1
    # HEIF and AVIF keep a sequence as films do; a still picture beside it does not matter.
    return body[4:8] == b"ftyp" and b"moov" in set(_boxes(body))


def _count(parts: Iterator[object], limit: int) -> int:
    found = 0
    for found, _ in enumerate(parts, 1):
        if found == limit:
            break
    return found


def _gif_images(body: bytes) -> Iterator[int]:
    position = 13 + _colors(body[10:11])
    for _ in range(MAX_PARTS):
        kind = body[position : position + 1]
        if kind == bytes([IMAGE]):
            yield position
            position += 11 + _colors(body[position + 9 : position + 10])
        elif kind == bytes([EXTENSION]):
            position += 2
        else:
            return
        while size := (body[position] if position < len(body) else 0):
            position += 1 + size
        position += 1


def _colors(packed: bytes) -> int:
    """Return the length of a colour table from the byte that describes it."""
    return 3 << (packed[0] & 7) + 1 if packed and packed[0] & 0x80 else 0


def _png_chunks(body: bytes) -> Iterator[tuple[bytes, int]]:
    position = len(PNG_SIGNATURE)
    for _ in range(MAX_PARTS):
        kind = body[position + 4 : position + 8]
        if len(kind) < 4 or kind == b"IDAT":
            return
        yield kind, int.from_bytes(body[position + 8 : position + 12], "big")
        position += 12 + int.from_bytes(body[position : position + 4], "big")


def _webp_chunks(body: bytes) -> Iterator[bytes]:
    position = 12
    for _ in range(MAX_PARTS):
        kind = body[position : position + 4]
        if len(kind) < 4:
            return
        yield kind
        size = int.from_bytes(body[position + 4 : position + 8], "little")
        position += 8 + size + size % 2


def _boxes(body: bytes) -> Iterator[bytes]:
    position = 0
    for _ in range(MAX_PARTS):
        kind = body[position + 4 : position + 8]
        if len(kind) < 4:
            return
        yield kind
        size = int.from_bytes(body[position : position + 4], "big")
        if size == 1:
            size = int.from_bytes(body[position + 8 : position + 16], "big")
        if size < 8:
            return
        position += size
