"""WebP files: the claimed size, the metadata, and what was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lambdas.pictures.source import MAX_METADATA, Metadata, Source
from lambdas.pictures.undecodable import not_a_picture

MAX_CHUNKS = 10_000
MIN_LENGTHENED = 4096


def read_webp(body: bytes) -> Source:
    """Take a WebP file apart. Raises Undecodable if its header is not one.

    The size is read here, since the decoder allocates its canvas while it opens a file. What
    follows the file's own end, such as a phone's video, is left out.
    """
    size, chunks, end = None, dict[bytes, bytes](), 0
    coded: list[tuple[int, int]] = []
    length_of_file = 8 + int.from_bytes(body[4:8], "little")
    body = body[: length_of_file + length_of_file % 2]
    for kind, start, length in _chunks(body):
        content = body[start : start + min(length, MAX_METADATA)]
        chunks.setdefault(kind, content)
        end = max(end, start + length + length % 2)
        if kind == b"VP8L":
            coded.append((start, length + length % 2))
        claimed = _claimed_size(kind, content)
        if claimed and (size is None or claimed[0] * claimed[1] > size[0] * size[1]):
            size = claimed
    if size is None:
        raise not_a_picture("a WebP file without an image")
    metadata = Metadata(chunks.get(b"EXIF", b""), chunks.get(b"XMP ", b""))
    return Source(body, ("WEBP",), size, metadata, declared_size=end, coded=tuple(coded))


def with_length(source: Source) -> Source:
    """Return the source with the length in its header corrected, which streaming leaves open."""
    body = source.body
    if 8 + int.from_bytes(body[4:8], "little") <= len(body):
        return source
    return replace(source, body=body[:4] + (len(body) - 8).to_bytes(4, "little") + body[8:])


def lengthened(body: bytes, filler: bytes) -> bytes | None:
    """Return the file with meaningless data behind its picture's own; None if it has no still one.

    Its decoder refuses all of a picture whose data run out, which damage in the middle leads to.
    """
    for kind, start, length in _chunks(body):
        if kind in (b"VP8 ", b"VP8L"):
            end = start + length
            wanted = length // 4 + MIN_LENGTHENED
            wanted += (length + wanted) % 2
            more = (filler * (wanted // len(filler) + 1))[:wanted]
            size = (length + wanted).to_bytes(4, "little")
            rest = body[end + length % 2 :]
            parts = (body[12 : start - 4], size, body[start:end], more, rest)
            content = b"".join(parts)
            return body[:4] + (len(content) + 4).to_bytes(4, "little") + b"WEBP" + content
        if kind == b"ANMF":
            return None
    return None


def _chunks(body: bytes) -> Iterator[tuple[bytes, int, int]]:
    position = 12
    for _ in range(MAX_CHUNKS):
        header = body[position : position + 8]
        if len(header) < 8:
            return
        length = int.from_bytes(header[4:], "little")
        yield header[:4], position + 8, length
        if header[:4] == b"ANMF":
            # A frame: its own header of 16 bytes, then the chunks of its picture.
            inner = body[position + 24 : position + 32]
            yield inner[:4], position + 32, int.from_bytes(inner[4:], "little")
        position += 8 + length + length % 2
    raise not_a_picture("a WebP file with too many chunks")


def _claimed_size(kind: bytes, content: bytes) -> tuple[int, int] | None:
    if kind == b"VP8X" and len(content) >= 10:
        width, height = content[4:7], content[7:10]
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if kind == b"VP8 " and len(content) >= 10:
        width, height = content[6:8], content[8:10]
        return (
            int.from_bytes(width, "little") & 0x3FFF,
            int.from_bytes(height, "little") & 0x3FFF,
        )
    if kind == b"VP8L" and len(content) >= 5:
        bits = int.from_bytes(content[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None
