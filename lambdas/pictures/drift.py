"""Noticing that the colours of a JPEG picture shift in the middle of it.

A block's mean is coded as the difference from the block before it, so one wrong bit shifts all that
follow, in the order of reading, to the end or to the next restart marker. A decoder sees no fault.
But there is a step between two lines of pixels where rows of coded units (MCUs) meet: in one row
from some unit on, in the next row up to that unit, by about the same amount. Edges of real things
do not lie so: none of thousands of whole photographs, cut, turned and scaled, was taken for
damaged. A drawing is, if its only edge makes a stair of one row of units (about one of three).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from PIL import Image

from lambdas.pictures.jpeg_scans import Frame

# Of a channel, in 256: smaller shifts are hardly seen.
MIN_SHIFT = 5.0
MIN_COLUMNS, MIN_ROWS = 24, 3
# A step this close to the edge may be a real edge.
MARGIN = 2
MAX_CANDIDATES = 16
MAX_STEP = 24
MIN_AGREEING = 0.8
MIN_PART, PARTS = 5, 8
MAX_DEVIATION, MAX_DEVIATING = 0.4, 1
MAX_SIDE_DEVIATION = 0.6
MAX_BESIDE = 0.25


def has_drift(image: Image.Image, frame: Frame) -> bool:
    """Return whether the colours of a decoded JPEG shift from one of its coded units on."""
    scale = max(1, round(frame.width / image.width))
    single = len(frame.components) == 1
    wide = 8 * (1 if single else max(part.horizontal for part in frame.components)) // scale
    high = 8 * (1 if single else max(part.vertical for part in frame.components)) // scale
    if high < 4 or image.width < wide * MIN_COLUMNS or image.height < high * MIN_ROWS:
        return False
    # One column for each unit, all lines.
    lines = image.reduce((wide, 1))
    bands = (lines.convert("YCbCr") if lines.mode == "RGB" else lines).split()
    # Colours are smoothed over a line to each side, where they are stored with fewer pixels.
    return any(_is_shifted(band, high, 1 if index else 0) for index, band in enumerate(bands))


def _is_shifted(band: Image.Image, high: int, smoothed: int) -> bool:
    """Return whether a shift begins in any row of units, `high` lines each."""
    means = band.resize((1, band.height), Image.Resampling.BOX).tobytes()
    meets = range(high, band.height - smoothed - 1, high)
    steps = [means[line + smoothed] - means[line - 1 - smoothed] for line in meets]
    both = [(abs(a + b), index) for index, (a, b) in enumerate(pairwise(steps))]
    rows = [index for change, index in sorted(both, reverse=True) if change >= MIN_SHIFT - 2]
    width, pixels = band.width, band.tobytes()

    def steps_at(row: int, above: int, below: int) -> tuple[list[int], list[int]]:
        """Return the steps between two lines near the beginning of a row, and of the next."""
        found = []
        for meet in meets[row : row + 2]:
            first, second = (
                pixels[(meet + line) * width : (meet + line + 1) * width] for line in (above, below)
            )
            found.append([b - a for a, b in zip(first, second, strict=True)])
        return found[0], found[1]

    above, below = -1 - smoothed, smoothed
    return any(
        (step := _step_in(*steps_at(row, above, below)))
        # Real edges are blurred: the lines beside them differ too.
        and step.is_sharp(*steps_at(row, above - 1, above))
        and step.is_sharp(*steps_at(row, below, below + 1))
        for row in rows[:MAX_CANDIDATES]
    )


@dataclass(frozen=True)
class _Step:
    """Where in a row a shift begins, and by how much."""

    column: int
    shift: float

    def is_sharp(self, first: Sequence[int], second: Sequence[int]) -> bool:
        """Return whether lines beside the step do not differ as it does."""
        beside = median([*second[: self.column], *first[self.column :]])
        return abs(beside) <= MAX_BESIDE * abs(self.shift)


def _step_in(first: Sequence[int], second: Sequence[int]) -> _Step | None:
    """Return the shift that begins inside a row; given the steps above it and below it."""
    column = _column(first, second)
    shift = median([*second[:column], *first[column:]])
    if abs(shift) < MIN_SHIFT:
        return None
    # As shares of the shift: 1 inside, 0 outside, in each part of the picture's width. A real
    # edge that crosses a row is tilted or curved.
    inside = [[step / shift for step in part] for part in (second[:column], first[column:])]
    outside = [[step / shift for step in part] for part in (first[:column], second[column:])]
    agreeing = sum(0.4 <= step <= 1.8 for side in inside for step in side)
    apart = sum(abs(step) <= 0.6 for side in outside for step in side)
    size = max(MIN_PART, len(first) // PARTS)
    sides = ((1, inside[0]), (1, inside[1]), (0, outside[0]), (0, outside[1]))
    deviating = sum(
        abs(median(part) - share) > MAX_DEVIATION
        for share, side in sides
        for part in _parts(side, size)
    )
    is_step = (
        min(agreeing, apart) >= MIN_AGREEING * len(first)
        and deviating <= MAX_DEVIATING
        and all(abs(median(side) - share) <= MAX_SIDE_DEVIATION for share, side in sides)
    )
    return _Step(column, shift) if is_step else None


def _parts(values: Sequence[float], size: int) -> list[Sequence[float]]:
    """Cut values into parts of a size; the last one is as long or longer."""
    count = max(1, len(values) // size)
    return [values[n * size : (n + 1) * size if n < count - 1 else None] for n in range(count)]


def _column(first: Sequence[int], second: Sequence[int]) -> int:
    """Return where a shift begins: right of it the first steps are largest, left of it the second.

    The sum of what is inside, less what is outside, changes by twice the difference of a column.
    """
    changes = [
        _bounded(below) - _bounded(above) for above, below in zip(first, second, strict=True)
    ]
    total = -sum(changes)
    best, found = -1, MARGIN
    for column in range(len(first) - MARGIN + 1):
        if column >= MARGIN and abs(total) > best:
            best, found = abs(total), column
        if column < len(changes):
            total += 2 * changes[column]
    return found


def _bounded(step: int) -> int:
    """Return a step, bounded so that single edges do not count more than many."""
    return max(-MAX_STEP, min(MAX_STEP, step))
