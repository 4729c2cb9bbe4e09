"""JPEG files: their segments, and what a decoder reads of them, which is no metadata."""

from __future__ import annotations

from dataclasses import replace

from lambdas.pictures.exif import says_something
from lambdas.pictures.iptc import irb_records
from lambdas.pictures.jpeg_scans import DRI, EOI, FRAMES, SOI, SOS, Frame, parse_frame
from lambdas.pictures.source import MAX_METADATA, MAX_PROFILE, XMP_NAME, Metadata, Source
from lambdas.pictures.undecodable import not_a_picture

MAX_SEGMENTS = 10_000
APP0, APP1, APP2, APP13, APP14, COM = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE
TABLES = frozenset({0xC4, 0xCC, 0xDB, DRI})
PHOTOSHOP_NAME = b"Photoshop 3.0\0"
PROFILE_NAME = b"ICC_PROFILE\0"
JFIF_LENGTH, ADOBE_LENGTH, ICC_LENGTH = 14, 12, 14


class _Header:
    """What has been read of the segments before the first scan."""

    def __init__(self) -> None:
        self.kept: list[bytes] = [b"\xff\xd8"]
        self.exif = self.xmp = self.irb = b""
        self.profile_size = 0
        self._is_described = False
        self.frame: Frame | None = None

    def add(self, marker: int, segment: bytes) -> None:
        """Take a segment, given from its marker to its end."""
        content = segment[4:]
        if marker in FRAMES:
            self.frame = parse_frame(marker, content)
        if marker in FRAMES or marker in TABLES or self._shapes_colors(marker, content):
            self.kept.append(segment)
        elif marker == APP1 and content.startswith(b"Exif\0") and not self._is_described:
            # Programs that write a block of their own may leave an empty one before or after it.
            self.exif = content
            self._is_described = says_something(content)
        elif marker == APP1 and content.startswith(XMP_NAME) and not self.xmp:
            self.xmp = content[len(XMP_NAME) :]
        elif marker == APP13 and content.startswith(PHOTOSHOP_NAME):
            # Resources longer than a segment are continued in the next.
            self.irb = (self.irb + content[len(PHOTOSHOP_NAME) :])[:MAX_METADATA]

    def _shapes_colors(self, marker: int, content: bytes) -> bool:
        if marker == APP2 and content.startswith(PROFILE_NAME) and len(content) >= ICC_LENGTH:
            self.profile_size += len(content)
            return self.profile_size <= MAX_PROFILE
        # Decoders ignore shorter ones, but Pillow reads beyond their end.
        if marker == APP0:
            return content.startswith(b"JFIF\0") and len(content) >= JFIF_LENGTH
        return marker == APP14 and content.startswith(b"Adobe") and len(content) >= ADOBE_LENGTH


def read_jpeg(body: bytes) -> Source:
    """Take a JPEG file apart. Raises Undecodable if there is no frame or no scan in it.

    Application segments and comments are left out of what is decoded: Pillow expands EXIF while it
    opens a file.
    """
    header, position = _Header(), 2
    for _ in range(MAX_SEGMENTS):
        start = body.find(b"\xff", position)
        marker = body[start + 1] if 0 <= start < len(body) - 1 else EOI
        if marker in (0x00, 0xFF):
            position = start + 1
            continue
        if marker == SOS:
            return _source(header, body, start)
        if marker == EOI:
            break
        if marker in (0x01, SOI) or 0xD0 <= marker <= 0xD7:
            position = start + 2
            continue
        length = int.from_bytes(body[start + 2 : start + 4], "big")
        position = start + 2 + max(2, length)
        header.add(marker, body[start:position])
    raise not_a_picture("a JPEG file without an image")


def _source(header: _Header, body: bytes, scan: int) -> Source:
    frame = header.frame
    if frame is None:
        raise not_a_picture("a JPEG file without a valid frame header")
    in_scan = body[scan + 4] if scan + 4 < len(body) else 0
    if in_scan < len(frame.components):
        frame = replace(frame, buffered=True)
    return Source(
        body,
        ("JPEG",),
        (frame.width, frame.height),
        Metadata(header.exif, header.xmp, irb_records(header.irb)),
        frame=frame,
        front=b"".join(header.kept),
        start=scan,
    )
