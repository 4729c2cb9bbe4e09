"""What an AV1 bitstream says itself: colours and sizes (specification, 5.5: sequence header)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lambdas.pictures.bits import MAX_HEADER, BitReader, OutOfData
from lambdas.pictures.cicp import Cicp
from lambdas.pictures.undecodable import not_a_picture

SEQUENCE_HEADER, FRAME_HEADER, FRAME = 1, 3, 6
MAX_UNITS = 16
# A still picture has a handful; each tile of a large one may be one.
MAX_ALL_UNITS = 1000
# In the configuration record: what comes before its units.
UNITS_AT = 4


def colors_of_av1(configuration: bytes, data: bytes) -> Cicp | None:
    """Return the colours that an `av1C` box, or else the coded picture, names.

    `data` are the first bytes of the coded picture, where the sequence header may be instead.
    """
    for units in (configuration[UNITS_AT:], data):
        for header in _sequence_headers(units):
            try:
                return _colors_of(BitReader(header))
            except OutOfData:
                continue
    return None


@dataclass(frozen=True)
class Coded:
    """Coded data: the largest width and height of a frame, how many frames, and if any is deep.

    A deep frame has more than eight bits in a sample.
    """

    size: tuple[int, int] = (0, 0)
    frames: int = 0
    deep: bool = False


@dataclass(frozen=True)
class _Header:
    """A sequence header as far as it has been read."""

    profile: int
    size: tuple[int, int]
    deep: bool


def coded_frames(data: bytes) -> Coded:
    """Return what coded data make a decoder decode; frames that are not shown count, too.

    Raises Undecodable for more units than a picture has.
    """
    size, frames, deep = (0, 0), 0, False
    for number, (kind, content) in enumerate(_units(data)):
        if number >= MAX_ALL_UNITS:
            raise not_a_picture("too many units of coded data")
        frames += kind in (FRAME_HEADER, FRAME)
        if kind == SEQUENCE_HEADER:
            try:
                header = _read_header(BitReader(content))
            except OutOfData:
                continue
            size = max(size, header.size, key=lambda one: one[0] * one[1])
            deep = deep or header.deep
    return Coded(size, frames, deep)


def _sequence_headers(data: bytes) -> Iterator[bytes]:
    units = islice(_units(data), MAX_UNITS)
    return (content for kind, content in units if kind == SEQUENCE_HEADER)


def _units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the type of each unit (OBU), and its first bytes."""
    position = 0
    while position < len(data):
        head = data[position]
        position += 2 if head & 4 else 1
        size = len(data) - position
        if head & 2:
            size, position = _leb128(data, position)
        yield head >> 3 & 15, data[position : position + min(size, MAX_HEADER)]
        position += size


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    """Return a number of up to eight bytes, seven bits each, and the position behind it."""
    value = 0
    for index, byte in enumerate(data[position : position + 8]):
        value |= (byte & 127) << (7 * index)
        if byte < 128:
            return value, position + index + 1
    return len(data), position


def _colors_of(bits: BitReader) -> Cicp | None:
    """Read a sequence header up to its colours."""
    header = _read_header(bits)
    if header.deep and header.profile == 2:
        bits.flag()
    if header.profile != 1:
        bits.flag()
    return Cicp(bits.number(8), bits.number(8)) if bits.flag() else None


def _read_header(bits: BitReader) -> _Header:
    """Read a sequence header up to the depth of samples; all before it has to be skipped."""
    profile = bits.number(3)
    bits.flag()
    reduced = bits.flag()
    if reduced:
        bits.number(5)
    else:
        _skip_timing_and_points(bits)
    width_bits, height_bits = bits.number(4) + 1, bits.number(4) + 1
    size = (bits.number(width_bits) + 1, bits.number(height_bits) + 1)
    if not reduced and bits.flag():
        bits.number(7)
    bits.number(3)
    if not reduced:
        _skip_tools(bits)
    bits.number(3)
    return _Header(profile, size, bits.flag())


def _skip_timing_and_points(bits: BitReader) -> None:
    delay_bits = 0
    if bits.flag():
        bits.number(64)
        if bits.flag():
            bits.exp_golomb()
        if bits.flag():
            delay_bits = bits.number(5) + 1
            bits.number(42)
    displayed_late = bits.flag()
    for _ in range(bits.number(5) + 1):
        bits.number(12)
        if bits.number(5) > 7:
            bits.flag()
        if delay_bits and bits.flag():
            bits.number(2 * delay_bits + 1)
        if displayed_late and bits.flag():
            bits.number(4)


def _skip_tools(bits: BitReader) -> None:
    bits.number(4)
    ordered = bits.flag()
    if ordered:
        bits.number(2)
    # Of both tools the stream may say that each frame chooses.
    screen_content = True if bits.flag() else bits.flag()
    if screen_content and not bits.flag():
        bits.flag()
    if ordered:
        bits.number(3)
