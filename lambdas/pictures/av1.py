"""Colours that an AV1 bitstream names itself (AV1 specification, 5.5: sequence header)."""

from __future__ import annotations

from collections.abc import Iterator

from lambdas.pictures.bits import MAX_HEADER, BitReader, OutOfData
from lambdas.pictures.cicp import Cicp

SEQUENCE_HEADER = 1
MAX_UNITS = 16
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


def _sequence_headers(data: bytes) -> Iterator[bytes]:
    position = 0
    for _ in range(MAX_UNITS):
        if position >= len(data):
            return
        head = data[position]
        position += 2 if head & 4 else 1
        size = len(data) - position
        if head & 2:
            size, position = _leb128(data, position)
        if head >> 3 & 15 == SEQUENCE_HEADER:
            yield data[position : position + min(size, MAX_HEADER)]
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
    """Read a sequence header up to its colours; all before them has to be skipped."""
    profile = bits.number(3)
    bits.flag()
    reduced = bits.flag()
    if reduced:
        bits.number(5)
    else:
        _skip_timing_and_points(bits)
    width_bits, height_bits = bits.number(4) + 1, bits.number(4) + 1
    bits.number(width_bits + height_bits)
    if not reduced and bits.flag():
        bits.number(7)
    bits.number(3)
    if not reduced:
        _skip_tools(bits)
    bits.number(3)
    if bits.flag() and profile == 2:
        bits.flag()
    if profile != 1:
        bits.flag()
    return Cicp(bits.number(8), bits.number(8)) if bits.flag() else None


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
