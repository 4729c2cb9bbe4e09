"""The fields of single boxes of an MP4 or MOV file, as far as they say something of the video."""

from __future__ import annotations

import struct

from lambdas.publishing.movie import Edit, Movie, Track
from lambdas.publishing.unsuitable import MediaProblem, Unsuitable, unsuitable

MAX_EDITS = 200
MAX_TRACK_NUMBER = 1_000_000
MAX_TIMES = 100_000
# The longest table that is read, and enough zeros for any field of a short one.
MAX_TABLE_BYTES = 16 + 8 * MAX_TIMES
PADDING = 100


def read_fields(kind: bytes, content: memoryview, movie: Movie) -> None:
    """Read what a box says into a movie and its last track. Raises Unsuitable."""
    if reader := READERS.get(kind):
        # A box of a track that stands outside of one is judged, too.
        track = movie.tracks[-1] if movie.tracks else Track()
        reader(bytes(content[:MAX_TABLE_BYTES]).ljust(PADDING, b"\0"), track, movie)


def too_complex(detail: str) -> Unsuitable:
    """Return the error for a file that would take too much to examine."""
    return unsuitable(MediaProblem.TOO_COMPLEX, f"The video's file cannot be examined: {detail}.")


def _number(content: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(content[at : at + size], "big")


def _read_movie_header(content: bytes, _: Track, movie: Movie) -> None:
    movie.timescale, movie.duration = _clock(content)


def _read_media_header(content: bytes, track: Track, _: Movie) -> None:
    track.timescale, track.duration = _clock(content)


def _clock(content: bytes) -> tuple[int, int]:
    if content[0] == 1:
        return _number(content, 20), _number(content, 24, 8)
    return _number(content, 12), _number(content, 16)


def _read_track_header(content: bytes, track: Track, _: Movie) -> None:
    # Libraries count up to a track's number.
    if _number(content, 20 if content[0] == 1 else 12) > MAX_TRACK_NUMBER:
        raise too_complex("the numbers of its tracks are too high")
    at = 52 if content[0] == 1 else 40
    a, b = struct.unpack(">ii", content[at : at + 8])
    turned = {(0, 1): 90, (-1, 0): 180, (0, -1): 270}
    track.rotation = turned.get(((a > 0) - (a < 0), (b > 0) - (b < 0)), 0)


def _read_handler(content: bytes, track: Track, _: Movie) -> None:
    # MOV files have a second one, for where the data are.
    if content[8:12] not in (b"url ", b"alis", b"rsrc"):
        track.handler = content[8:12]


def _read_coding(content: bytes, track: Track, _: Movie) -> None:
    track.coding = content[12:16]


def _read_edits(content: bytes, track: Track, _: Movie) -> None:
    count = _number(content, 4)
    if count > MAX_EDITS:
        raise too_complex(f"it has more than {MAX_EDITS} edits")
    shape = struct.Struct(">qqi" if content[0] == 1 else ">iii")
    data = content[8 : 8 + count * shape.size]
    whole = data[: len(data) // shape.size * shape.size]
    track.edits += [Edit(length, start) for length, start, _ in shape.iter_unpack(whole)]


def _read_times(content: bytes, track: Track, _: Movie) -> None:
    count = min(_number(content, 4), MAX_TIMES)
    data = content[8 : 8 + count * 8]
    track.times = list(struct.iter_unpack(">II", data[: len(data) // 8 * 8]))


def _read_sizes(content: bytes, track: Track, _: Movie) -> None:
    track.has_constant_size = _number(content, 4) != 0
    track.samples += _number(content, 8)


def _read_compact_sizes(content: bytes, track: Track, _: Movie) -> None:
    track.samples += _number(content, 8)


def _read_run(content: bytes, track: Track, movie: Movie) -> None:
    if not movie.tracks:
        movie.tracks.append(track)
    track.samples += _number(content, 4)


READERS = {
    b"mvhd": _read_movie_header,
    b"mdhd": _read_media_header,
    b"tkhd": _read_track_header,
    b"hdlr": _read_handler,
    b"stsd": _read_coding,
    b"elst": _read_edits,
    b"stts": _read_times,
    b"stsz": _read_sizes,
    b"stz2": _read_compact_sizes,
    b"trun": _read_run,
}
