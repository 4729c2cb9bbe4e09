"""The frame header and the scans of a JPEG file (ITU-T T.81), read without decoding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SOI, EOI, SOS, DRI = 0xD8, 0xD9, 0xDA, 0xDD
# Start-of-frame markers; 0xC4, 0xC8 and 0xCC in the same range mean something else.
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
LOSSLESS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
ARITHMETIC = frozenset({0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})

# A scan comes with a few tables; what has more segments is read up to here.
MAX_SEGMENTS = 20_000
# In entropy-coded data 0xFF is followed by zero (a literal 0xFF) or by a restart marker.
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


@dataclass(frozen=True)
class Component:
    """One colour component with its sampling factors."""

    id: int
    horizontal: int
    vertical: int


@dataclass(frozen=True)
class Frame:
    """What the frame header says. `buffered`: the decoder keeps all coefficients in memory."""

    width: int
    height: int
    components: tuple[Component, ...]
    progressive: bool
    buffered: bool
    arithmetic: bool = False


@dataclass(frozen=True)
class Scan:
    """One scan: component ids, spectral selection, and bit positions (high 0: first pass)."""

    components: tuple[int, ...]
    first: int
    last: int
    high: int
    low: int


@dataclass(frozen=True)
class Scans:
    """The scans that begin in a file; `end` is the offset where its entropy-coded data stop."""

    scans: tuple[Scan, ...]
    end: int
    complete: bool


def parse_frame(marker: int, content: bytes) -> Frame | None:
    """Return the frame of a start-of-frame segment, None if it is malformed."""
    if len(content) < 6 or len(content) < 6 + 3 * content[5]:
        return None
    height = int.from_bytes(content[1:3], "big")
    width = int.from_bytes(content[3:5], "big")
    parts = [content[6 + 3 * index : 9 + 3 * index] for index in range(content[5])]
    components = tuple(Component(part[0], part[1] >> 4, part[1] & 15) for part in parts)
    valid = all(1 <= c.horizontal <= 4 and 1 <= c.vertical <= 4 for c in components)
    if not components or not valid:
        return None
    progressive = marker in PROGRESSIVE
    buffered = progressive or marker in LOSSLESS
    return Frame(width, height, components, progressive, buffered, marker in ARITHMETIC)


def coefficient_bytes(frame: Frame) -> int:
    """Return the bytes of all DCT coefficients, two for each sample of each component."""
    wide = max(component.horizontal for component in frame.components)
    high = max(component.vertical for component in frame.components)
    columns, rows = -(-frame.width // (8 * wide)), -(-frame.height // (8 * high))
    blocks = sum(component.horizontal * component.vertical for component in frame.components)
    return columns * rows * blocks * 64 * 2


def count_scans(body: bytes, limit: int, start: int = 2) -> int:
    """Return the number of scans from the offset `start` on, up to one more than `limit`.

    The plain count of marker bytes is an upper bound and takes milliseconds. Only a file that
    exceeds it (by chance, in an appended video) is walked.
    """
    upper = body.count(b"\xff\xda", start)
    return upper if upper <= limit else len(read_scans(body, limit, start).scans)


def read_scans(body: bytes, limit: int, start: int = 2) -> Scans:
    """Walk a file from a segment to the end of its image, through at most `limit` + 1 scans."""
    scans: list[Scan] = []
    # A padded file ends in zeros that no decoder should take for data.
    end = len(body.rstrip(b"\0"))
    for number, (marker, begin, after) in enumerate(segments(body, end, start)):
        if marker == EOI:
            return Scans(tuple(scans), begin, True)
        if after > end or number >= MAX_SEGMENTS:
            return Scans(tuple(scans), begin, False)
        if marker == SOS:
            scan = parse_scan(body[begin + 4 : after])
            if scan is None:
                return Scans(tuple(scans), begin, False)
            scans.append(scan)
            if len(scans) > limit:
                return Scans(tuple(scans), after, False)
    return Scans(tuple(scans), end, False)


def first_stray_marker(body: bytes) -> int | None:
    """Return the offset of the first marker after the data of the first scan have begun.

    In a file of one scan it ends the data, or damage has made it; None if there is none.
    """
    end = len(body)
    start = next((after for marker, _, after in segments(body, end) if marker == SOS), end)
    found = MARKER.search(body, start, end)
    return found.start() if found else None


def segments(body: bytes, end: int, position: int = 2) -> Iterator[tuple[int, int, int]]:
    """Yield marker, offset of the marker, and offset behind its segment."""
    while found := MARKER.search(body, position, end):
        marker, start = body[found.start() + 1], found.start()
        if marker in (EOI, SOI, 0x01):
            after = start + 2
        else:
            after = start + 2 + max(2, int.from_bytes(body[start + 2 : start + 4], "big"))
            if start + 4 > end:
                after = end + 1
        yield marker, start, after
        position = after


def parse_scan(content: bytes) -> Scan | None:
    """Return the scan of a start-of-scan segment, None if it is malformed."""
    if not content or len(content) < 4 + 2 * content[0]:
        return None
    count = content[0]
    first, last, bits = content[1 + 2 * count : 4 + 2 * count]
    return Scan(tuple(content[1 : 1 + 2 * count : 2]), first, last, bits >> 4, bits & 15)


def required_scans(frame: Frame, scans: Sequence[Scan]) -> tuple[bool, bool]:
    """Return how much of a recognisable picture the scans hold.

    Required are the mean of each block of each component, and all detail of the first component
    (luma) in its first approximation. The first result says whether all of it is in scans that have
    ended, the second whether it is if the last scan counts, which may have been cut off.
    """
    return _covers(frame, scans[:-1]), _covers(frame, scans)


def _covers(frame: Frame, scans: Sequence[Scan]) -> bool:
    passes = [scan for scan in scans if scan.high == 0]
    means = {id_ for scan in passes if scan.first == 0 for id_ in scan.components}
    luma = frame.components[0].id
    detail = {
        frequency
        for scan in passes
        if luma in scan.components
        for frequency in range(scan.first, min(scan.last, 63) + 1)
    }
    return means >= {c.id for c in frame.components} and len(detail) == 64
