"""The few EXIF values that are used, read from a TIFF structure without expanding the rest.

Pillow reads every entry of a directory, and a file of a few megabytes can hold thousands of
entries that each claim all of it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

ORIENTATION, DATE_TIME, EXIF_IFD, GPS_IFD = 0x0112, 0x0132, 0x8769, 0x8825
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
GPS_TIME, GPS_DATE = 0x0007, 0x001D
BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, IFD, UTF8 = 1, 2, 3, 4, 5, 7, 13, 129
# Some programs write a text as bytes.
TEXT_TYPES = (BYTE, ASCII, UNDEFINED, UTF8)
MAX_ENTRIES = 1000
MAX_TEXT = 64


@dataclass
class Exif:
    """Orientation (1 to 8, None if absent) and the texts of times and their offsets, by tag.

    `gps_time` is what satellites said, "YYYY:MM:DD HH:MM:SS" in UTC, empty if absent.
    """

    orientation: int | None = None
    gps_time: str = ""
    texts: dict[int, str] = field(default_factory=dict)


def parse_exif(blob: bytes) -> Exif:
    """Return what a raw EXIF block says. A malformed block yields what could be read of it."""
    exif = Exif()
    data = blob.removeprefix(b"Exif\0\0").removeprefix(b"Exif\0\xff")
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return exif
    details, gps = _read_directory(data, order, struct.unpack(order + "L", data[4:8])[0], exif)
    if details:
        _read_directory(data, order, details, exif)
    if gps:
        exif.gps_time = _gps_time(data, order, gps)
    return exif


def says_something(blob: bytes) -> bool:
    """Return whether a raw EXIF block has any of the values that are used."""
    exif = parse_exif(blob)
    return exif.orientation is not None or bool(exif.texts or exif.gps_time)


def _read_directory(data: bytes, order: str, start: int, exif: Exif) -> tuple[int, int]:
    """Read one directory into `exif`; return where those of EXIF and GPS are, 0 if absent."""
    details = gps = 0
    for tag, kind, number, entry in _entries(data, order, start):
        if tag == ORIENTATION and kind == SHORT:
            value = struct.unpack(order + "H", entry[8:10])[0]
            exif.orientation = value if 1 <= value <= 8 else exif.orientation
        elif tag == EXIF_IFD and kind in (LONG, IFD):
            details = _offset(order, entry)
        elif tag == GPS_IFD and kind in (LONG, IFD):
            gps = _offset(order, entry)
        elif tag in TEXTS and kind in TEXT_TYPES:
            exif.texts.setdefault(tag, _text(data, order, entry, number))
    return details, gps


def _gps_time(data: bytes, order: str, start: int) -> str:
    """Return date and time of the GPS directory; empty if one is missing."""
    day, parts = "", list[int]()
    for tag, kind, number, entry in _entries(data, order, start):
        if tag == GPS_DATE and kind in TEXT_TYPES:
            day = _text(data, order, entry, number)
        elif tag == GPS_TIME and kind == RATIONAL and number == 3:
            place = _offset(order, entry)
            raw = data[place : place + 24]
            numbers = struct.unpack(order + "6L", raw) if len(raw) == 24 else (0,) * 6
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            parts = [over // under for over, under in pairs if under]
    return f"{day} {parts[0]:02}:{parts[1]:02}:{parts[2]:02}" if day and len(parts) == 3 else ""


def _entries(data: bytes, order: str, start: int) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield tag, type, number of values, and the raw entry."""
    if start + 2 > len(data):
        return
    count = struct.unpack(order + "H", data[start : start + 2])[0]
    for index in range(min(count, MAX_ENTRIES)):
        entry = data[start + 2 + 12 * index : start + 14 + 12 * index]
        if len(entry) < 12:
            return
        yield *struct.unpack(order + "HHL", entry[:8]), entry


def _offset(order: str, entry: bytes) -> int:
    return int.from_bytes(entry[8:12], "little" if order == "<" else "big")


def _text(data: bytes, order: str, entry: bytes, number: int) -> str:
    length = min(number, MAX_TEXT)
    start = _offset(order, entry)
    raw = entry[8 : 8 + length] if number <= 4 else data[start : start + length]
    return raw.split(b"\0")[0].decode("latin-1").strip()
