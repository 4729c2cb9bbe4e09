"""What the boxes of an MP4 or MOV file say (ISO/IEC 14496-12), within bounds.

The index alone is read, and never the frames. A library that builds tables from the index
takes as much memory as the numbers in it claim, so these are judged before it sees the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from lambdas.publishing.movie import Movie, Track
from lambdas.publishing.movie_fields import read_fields, too_complex
from lambdas.publishing.unsuitable import MediaProblem, Unsuitable, unsuitable

MAX_TOP_BOXES = 20_000
MAX_BOXES = 50_000
MAX_DEPTH = 12
# A quarter of an hour at 60 frames takes about a megabyte.
MAX_INDEX_BYTES = 48 * 1024 * 1024
# A quarter of an hour has 54,000 frames at 60 a second, and 42,000 packets of sound.
MAX_SAMPLES = 1_000_000
# Sound that is not compressed has a sample for each point in time, which libraries read in blocks.
MAX_PLAIN_SAMPLES = 500_000_000
MAX_TRACKS = 20
CONTAINERS = frozenset(
    {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"moof", b"traf", b"mvex",
     b"udta", b"wave", b"tref", b"ilst", b"mfra", b"sinf", b"schi"}
)  # fmt: skip
TOP = frozenset({b"ftyp", b"moov", b"mdat", b"moof", b"wide", b"free", b"skip", b"pnot", b"uuid"})
# What pictures in the same kind of container name as their brand (ISO/IEC 23008-12).
PICTURE_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"avif",
     b"avis"}
)  # fmt: skip


def is_movie(start: bytes) -> bool:
    """Return whether a file begins as MP4 or MOV files do, and not as HEIC or AVIF."""
    return start[4:8] in TOP and not (start[4:8] == b"ftyp" and start[8:12] in PICTURE_BRANDS)


def read_movie(file: BinaryIO, size: int) -> Movie:
    """Read the index of a file of `size` bytes. Raises Unsuitable."""
    movie, budget, position, seen_data = Movie(size=size), MAX_INDEX_BYTES, 0, False
    found_index = False
    for _ in range(MAX_TOP_BOXES):
        if position >= size:
            break
        file.seek(position)
        head = file.read(16)
        if len(head) < 8:
            break
        kind, start, length = head[4:8], 8, int.from_bytes(head[:4], "big")
        if length == 1:
            start, length = 16, int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = size - position
        if length < start:
            raise _damaged("a part of it has no length")
        if position + length > size and kind in (b"mdat", b"moov", b"moof"):
            lacking = position + length - size
            raise _damaged(f"{lacking / 1e6:.1f} MB are missing at its end")
        if kind in (b"ftyp", b"moov", b"moof"):
            budget -= length
            if budget < 0:
                raise too_complex("its index is too large")
            file.seek(position + start)
            content = file.read(length - start)
            if kind == b"ftyp":
                movie.brand = content[:4]
            else:
                _Index(movie).read(kind, memoryview(content))
        if kind == b"moov" and not found_index:
            found_index, movie.is_index_first = True, not seen_data
        seen_data = seen_data or (kind == b"mdat" and length > start)
        movie.is_fragmented = movie.is_fragmented or kind == b"moof"
        position += length
    else:
        raise too_complex("it has too many parts")
    if not found_index:
        raise unsuitable(
            MediaProblem.DAMAGED,
            "The video has no index (moov): its recording or its copy was interrupted.",
        )
    return movie


class _Index:
    """Reads boxes into a movie, and counts what they claim."""

    def __init__(self, movie: Movie) -> None:
        self._movie = movie
        self._boxes = 0

    def read(self, kind: bytes, content: memoryview, depth: int = 0) -> None:
        """Read a box and those in it."""
        if kind == b"cmov":
            raise too_complex("its index is compressed")
        if kind == b"trak":
            if len(self._movie.tracks) >= MAX_TRACKS:
                raise too_complex(f"it has more than {MAX_TRACKS} tracks")
            self._movie.tracks.append(Track())
        if kind in CONTAINERS:
            if depth > MAX_DEPTH:
                raise too_complex("its index is nested too deeply")
            for name, inner in self._inside(content):
                self.read(name, inner, depth + 1)
        else:
            read_fields(kind, content, self._movie)
        _check_samples(self._movie)

    def _inside(self, content: memoryview) -> Iterator[tuple[bytes, memoryview]]:
        position = 0
        while position + 8 <= len(content):
            self._boxes += 1
            if self._boxes > MAX_BOXES:
                raise too_complex("it has too many parts")
            length, start = int.from_bytes(content[position : position + 4], "big"), 8
            if length == 1:
                length, start = int.from_bytes(content[position + 8 : position + 16], "big"), 16
            end = len(content) if length == 0 else position + length
            if end < position + start:
                return
            yield bytes(content[position + 4 : position + 8]), content[position + start : end]
            position = end


def _check_samples(movie: Movie) -> None:
    plain = [t for t in movie.tracks if t.handler == b"soun" and t.has_constant_size]
    plain = [t for t in plain if len(t.times) == 1 and t.times[0][1] == 1]
    compressed = sum(t.samples for t in movie.tracks if t not in plain)
    # Each frame takes a byte at least.
    most = min(MAX_SAMPLES, movie.size)
    if compressed > most or sum(t.samples for t in plain) > MAX_PLAIN_SAMPLES:
        # The handler may follow its tables only in a file that no camera writes.
        raise too_complex(f"its index lists more than {most} frames")


def _damaged(detail: str) -> Unsuitable:
    return unsuitable(MediaProblem.DAMAGED, f"The video's file is damaged: {detail}.")
