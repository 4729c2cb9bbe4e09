"""Whether the groups of pictures of a video are closed: a few bytes of a few frames tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

# Frames that are looked at, and units in each of them.
GROUPS = 3
MAX_UNITS = 20
MAX_PLACE = 2**40
H264_SLICES = (1, 5)
H264_IDR = 5
HEVC_SLICES = range(22)
HEVC_IDR = (19, 20)


def is_closed(file: BinaryIO, codec: str, keyframes: Iterable[int]) -> bool | None:
    """Return whether the frames at these places let nothing after them refer to before them.

    None if that cannot be seen. The first group is closed in any case.
    """
    found = [_is_reset(file, codec, place) for place in list(keyframes)[1 : 1 + GROUPS]]
    known = [one for one in found if one is not None]
    return all(known) if known else None


def _is_reset(file: BinaryIO, codec: str, place: int) -> bool | None:
    for first in _units(file, place):
        if codec == "h264" and (kind := first & 31) in H264_SLICES:
            return kind == H264_IDR
        if codec == "hevc" and (kind := first >> 1 & 63) in HEVC_SLICES:
            return kind in HEVC_IDR
    return None


def _units(file: BinaryIO, place: int) -> Iterator[int]:
    """Yield the first byte of each unit of a frame; a length of four bytes precedes each."""
    for _ in range(MAX_UNITS):
        if not 0 <= place < MAX_PLACE:
            return
        file.seek(place)
        head = file.read(5)
        if len(head) < 5:
            return
        yield head[4]
        place += 4 + int.from_bytes(head[:4], "big")
