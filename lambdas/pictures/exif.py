"""The few EXIF values that are used, read from a TIFF structure without expanding the rest.

Pillow reads every entry of a directory, and a file of a few megabytes can hold thousands of
entries that each claim all of it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

ORIENTATION, DATE_TIME, EXIF_IFD = 0x0112, 0x0132, 0x8769
DATE_TIME_ORIGINAL, DATE_TIME_DIGITIZED = 0x9003, 0x9004
OFFSET_TIME, OFFSET_TIME_ORIGINAL, OFFSET_TIME_DIGITIZED = 0x9010, 0x9011, 0x9012
TEXTS = frozenset(
    {
        DATE_TIME,
        DATE_TIME_ORIGINAL,
        DATE_TIME_DIGITIZED,
        OFFSET_TIME,
        OFFSET_TIME_ORIGINAL,
        OFFSET_TIME_DIGITIZED,
    }
)
ASCII, SHORT, LONG, UTF8 = 2, 3, 4, 129
MAX_ENTRIES = 1000
MAX_TEXT = 64


@dataclass
class Exif:
    """Orientation (1 to 8, None if absent) and the texts of times and their offsets, by tag."""

    orientation: int | None = None
    texts: dict[int, str] = field(default_factory=dict)


def parse_exif(blob: bytes) -> Exif:
    """Return what a raw EXIF block says. A malformed block yields what could be read of it."""
    exif = Exif()
    data = blob.removeprefix(b"Exif\0\0").removeprefix(b"Exif\0\xff")
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return exif
    details = _read_directory(data, order, struct.unpack(order + "L", data[4:8])[0], exif)
    if details:
        _read_directory(data, order, details, exif)
    return exif


def says_something(blob: bytes) -> bool:
    """Return whether a raw EXIF block has any of the values that are used."""
    exif = parse_exif(blob)
    return exif.orientation is not None or bool(exif.texts)


def _read_directory(data: bytes, order: str, start: int, exif: Exif) -> int:
    """Read one directory into `exif`; return the offset of the EXIF directory, 0 if none."""
    if start + 2 > len(data):
        return 0
    details = 0
    count = struct.unpack(order + "H", data[start : start + 2])[0]
    for index in range(min(count, MAX_ENTRIES)):
        entry = data[start + 2 + 12 * index : start + 14 + 12 * index]
        if len(entry) < 12:
            break
        tag, kind, number = struct.unpack(order + "HHL", entry[:8])
        if tag == ORIENTATION and kind == SHORT:
            value = struct.unpack(order + "H", entry[8:10])[0]
            exif.orientation = value if 1 <= value <= 8 else exif.orientation
        elif tag == EXIF_IFD and kind in (LONG, 13):
            details = struct.unpack(order + "L", entry[8:12])[0]
        elif tag in TEXTS and kind in (ASCII, UTF8):
            exif.texts.setdefault(tag, _text(data, order, entry, number))
    return details


def _text(data: bytes, order: str, entry: bytes, number: int) -> str:
    length = min(number, MAX_TEXT)
    start = struct.unpack(order + "L", entry[8:12])[0]
    raw = entry[8 : 8 + length] if number <= 4 else data[start : start + length]
    return raw.split(b"\0")[0].decode("latin-1").strip()
