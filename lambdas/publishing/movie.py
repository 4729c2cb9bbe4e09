"""What is known of a video from the index of its file, and not from its frames."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Edit:
    """A part of a track that is played: length in the movie's units, start in the track's (-1:
    nothing is played)."""

    length: int
    start: int


@dataclass
class Track:
    """A track's description; `times` are counts of frames and how long each of them is shown."""

    handler: bytes = b""
    timescale: int = 0
    duration: int = 0
    rotation: int = 0
    coding: bytes = b""
    samples: int = 0
    has_constant_size: bool = False
    edits: list[Edit] = field(default_factory=list)
    times: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class Movie:
    """What is known of a file from its boxes; `is_index_first`: the index precedes the frames."""

    size: int = 0
    brand: bytes = b""
    timescale: int = 0
    duration: int = 0
    is_index_first: bool = False
    is_fragmented: bool = False
    tracks: list[Track] = field(default_factory=list)
