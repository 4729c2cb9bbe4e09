"""Colours that an HEVC bitstream names itself (ITU-T H.265: sequence parameter set, its VUI)."""

from __future__ import annotations

from collections.abc import Iterator

from lambdas.pictures.bits import BitReader, OutOfData
from lambdas.pictures.cicp import Cicp

SEQUENCE_PARAMETER_SET = 33
# In the configuration record: what comes before its arrays of parameter sets.
ARRAYS_AT = 22
MAX_PARAMETER_SETS = 64
MAX_REFERENCE_SETS = 64
MAX_REFERENCES = 16
EXTENDED_ASPECT_RATIO = 255


def colors_of_hevc(configuration: bytes) -> Cicp | None:
    """Return the colours that an `hvcC` box names, None if it names none or cannot be read."""
    for unit in _parameter_sets(configuration):
        try:
            # Two bytes are the unit's header; 3 behind two zeros only keeps start codes away.
            return _colors_of(BitReader(unit[2:].replace(b"\0\0\3", b"\0\0")))
        except OutOfData:
            continue
    return None


def _parameter_sets(configuration: bytes) -> Iterator[bytes]:
    position = ARRAYS_AT + 1
    seen = 0
    for _ in range(configuration[ARRAYS_AT] if len(configuration) > ARRAYS_AT else 0):
        head = configuration[position : position + 3]
        position += 3
        for _ in range(int.from_bytes(head[1:], "big")):
            seen += 1
            start = position + 2
            length = int.from_bytes(configuration[position:start], "big")
            if seen > MAX_PARAMETER_SETS or start + length > len(configuration):
                return
            if head[0] & 63 == SEQUENCE_PARAMETER_SET:
                yield configuration[start : start + length]
            position = start + length


def _colors_of(bits: BitReader) -> Cicp | None:
    """Read a sequence parameter set up to its colours; all before them has to be skipped."""
    bits.number(4)
    sub_layers = bits.number(3)
    bits.flag()
    _skip_profile(bits, sub_layers)
    bits.exp_golomb()
    if bits.exp_golomb() == 3:
        bits.flag()
    bits.skip_exp_golomb(2)
    if bits.flag():
        bits.skip_exp_golomb(4)
    bits.skip_exp_golomb(2)
    order_bits = bits.exp_golomb() + 4
    bits.skip_exp_golomb(3 * (sub_layers + 1 if bits.flag() else 1))
    bits.skip_exp_golomb(6)
    if bits.flag() and bits.flag():
        _skip_scaling_lists(bits)
    bits.number(2)
    if bits.flag():
        bits.number(8)
        bits.skip_exp_golomb(2)
        bits.flag()
    _skip_references(bits, order_bits)
    bits.number(2)
    return _signal_type(bits) if bits.flag() else None


def _signal_type(bits: BitReader) -> Cicp | None:
    """Read the video usability information up to its colours."""
    if bits.flag() and bits.number(8) == EXTENDED_ASPECT_RATIO:
        bits.number(32)
    if bits.flag():
        bits.flag()
    if not bits.flag():
        return None
    bits.number(4)
    return Cicp(bits.number(8), bits.number(8)) if bits.flag() else None


def _skip_profile(bits: BitReader, sub_layers: int) -> None:
    bits.number(88 + 8)
    present = [(bits.flag(), bits.flag()) for _ in range(sub_layers)]
    if sub_layers:
        bits.number(2 * (8 - sub_layers))
    for profile, level in present:
        bits.number(88 * profile + 8 * level)


def _skip_scaling_lists(bits: BitReader) -> None:
    for size in range(4):
        for _ in range(2 if size == 3 else 6):
            if not bits.flag():
                bits.exp_golomb()
            else:
                bits.skip_exp_golomb(min(64, 1 << (4 + 2 * size)) + (size > 1))


def _skip_references(bits: BitReader, order_bits: int) -> None:
    """Skip the sets of reference pictures, which a still picture has no use for."""
    count = bits.exp_golomb()
    if count > MAX_REFERENCE_SETS:
        raise OutOfData
    for index in range(count):
        # A set that is predicted from another one is as long as that one says: a film's.
        if index and bits.flag():
            raise OutOfData
        references = bits.exp_golomb() + bits.exp_golomb()
        if references > MAX_REFERENCES:
            raise OutOfData
        for _ in range(references):
            bits.exp_golomb()
            bits.flag()
    if bits.flag():
        for _ in range(min(bits.exp_golomb(), MAX_REFERENCE_SETS)):
            bits.number(order_bits + 1)
