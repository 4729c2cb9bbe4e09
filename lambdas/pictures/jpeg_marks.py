"""What the markers of a JPEG file say of its wholeness, without decoding (ITU-T T.81).

Restart markers are numbered, and there is one behind each interval but the last. Scans of a
progressive file each bring a part of the coefficients, which are complete in the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product

from lambdas.pictures.jpeg_scans import (
    DRI,
    EOI,
    MAX_SEGMENTS,
    SOS,
    Frame,
    Scan,
    parse_scan,
    segments,
)
from lambdas.pictures.source import Source

RESTART = re.compile(rb"\xff([\xd0-\xd7])")
# Decoders look for the restart marker after the next one, too, if it is not the one they expect.
MAX_SKIPPED = 2
# The last of a block's coefficients.
LAST = 63
# Marker, its offset, and the offset behind the segment.
Segment = tuple[int, int, int]


@dataclass(frozen=True)
class Marks:
    """Whether a file has all marks; `lost`: the share of the picture, 0 to 1, that it lacks."""

    whole: bool
    lost: float = 0.0


def read_marks(source: Source, frame: Frame) -> Marks:
    """Compare a file's restart markers and scans with those that its headers announce."""
    body, interval = source.body, _interval(source.front)
    if not (frame.buffered or interval):
        # Nothing is counted in a file of one scan without intervals.
        return Marks(True)
    whole, lost = True, 0.0
    scans: list[Scan] = []
    found = _until_end(body, source.start)
    for (marker, start, after), (_, end, _) in pairwise(found):
        if marker == DRI:
            interval = int.from_bytes(body[start + 4 : start + 6], "big")
        elif marker == SOS and (scan := parse_scan(body[start + 4 : after])):
            scans.append(scan)
            if interval:
                expected = -(-_units(frame, scan) // interval) - 1
                numbers = [match[1][0] & 7 for match in RESTART.finditer(body, after, end)]
                whole = whole and numbers == [index & 7 for index in range(expected)]
                if scan.first == 0 and scan.high == 0:
                    lost = max(lost, _lost(numbers, expected) / (expected + 1))
    return Marks(whole and _is_complete(frame, scans), lost)


def _interval(header: bytes) -> int:
    """Return the restart interval that a header announces, in units; 0 if there are none."""
    found = [start for marker, start, _ in segments(header, len(header)) if marker == DRI]
    return int.from_bytes(header[found[-1] + 4 : found[-1] + 6], "big") if found else 0


def _until_end(body: bytes, first: int) -> list[Segment]:
    """Return the segments up to the end of the image. Another image may stand behind it."""
    found: list[Segment] = []
    for segment in islice(segments(body, len(body), first), MAX_SEGMENTS):
        found.append(segment)
        if segment[0] == EOI:
            return found
    return [*found, (EOI, len(body), len(body))]


def _units(frame: Frame, scan: Scan) -> int:
    """Return how many units (MCUs) a scan has: single blocks if it is of one component."""
    wide = max(component.horizontal for component in frame.components)
    high = max(component.vertical for component in frame.components)
    columns, rows = 8 * wide, 8 * high
    if len(scan.components) == 1:
        own = [part for part in frame.components if part.id == scan.components[0]]
        for part in own[:1]:
            columns, rows = 8 * wide // part.horizontal, 8 * high // part.vertical
    return -(-frame.width // columns) * -(-frame.height // rows)


def _lost(numbers: Iterable[int], expected: int) -> int:
    """Return how many intervals have no marker at their end, as decoders find their place again."""
    place = lost = 0
    for number in numbers:
        skipped = (number - place) & 7
        if skipped <= MAX_SKIPPED:
            lost += skipped
            place += skipped + 1
    return lost + max(0, expected - place)


def _is_complete(frame: Frame, scans: Sequence[Scan]) -> bool:
    """Return whether the scans bring all coefficients of all components to the last bit."""
    ids = [component.id for component in frame.components]
    if not frame.progressive:
        return {one for scan in scans for one in scan.components} >= set(ids)
    bits: dict[tuple[int, int], int] = {}
    for scan in scans:
        for key in product(scan.components, range(scan.first, min(scan.last, LAST) + 1)):
            # What refines a bit that never came is of no use.
            if scan.high == 0 or bits.get(key) == scan.high:
                bits[key] = scan.low
    return all(bits.get(key) == 0 for key in product(ids, range(LAST + 1)))
