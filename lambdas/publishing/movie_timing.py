"""What an index says of time: edits, the length, and the rate of the frames."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.publishing.movie import Movie, Track
from lambdas.publishing.video_facts import Edits

# What an encoder's delay takes of sound or picture, in seconds.
HARMLESS_SECONDS = 0.2
# A frame that is shown this much longer or shorter than the average one.
VARIABLE = 0.25
SHOWN = (b"vide", b"soun")


@dataclass(frozen=True)
class FrameRate:
    """Frames in a second, on the average."""

    average: float
    is_variable: bool


def edits_of(movie: Movie) -> Edits:
    """Return whether the file says that only parts of its tracks are played."""
    found = {_edits_of(track, movie) for track in movie.tracks if track.handler in SHOWN}
    return next((one for one in (Edits.CUTTING, Edits.HARMLESS) if one in found), Edits.NONE)


def _edits_of(track: Track, movie: Movie) -> Edits:
    if not track.edits:
        return Edits.NONE
    played = [edit for edit in track.edits if edit.start >= 0]
    if len(played) != 1 or not movie.timescale or not track.timescale:
        return Edits.CUTTING
    delay = sum(edit.length for edit in track.edits if edit.start < 0) / movie.timescale
    start, length = played[0].start / track.timescale, played[0].length / movie.timescale
    # A fragmented file does not know its length at its beginning.
    cut = track.duration / track.timescale - start - length if length else 0.0
    is_harmless = max(delay, start, cut) <= HARMLESS_SECONDS
    return Edits.HARMLESS if is_harmless else Edits.CUTTING


def seconds_of(movie: Movie) -> float | None:
    """Return how long the picture is played, None if the index does not say."""
    track = picture_track(movie)
    if track is None or not track.timescale or not track.duration:
        return None
    if track.edits and movie.timescale and (length := sum(e.length for e in track.edits)) > 0:
        return length / movie.timescale
    return track.duration / track.timescale


def frame_rate_of(movie: Movie) -> FrameRate | None:
    """Return the rate of the picture's frames, None if the index does not say."""
    track = picture_track(movie)
    if track is None or not track.timescale:
        return None
    frames = sum(count for count, _ in track.times)
    ticks = sum(count * length for count, length in track.times)
    if not frames or not ticks:
        return None
    average = ticks / frames
    # The last frame is often shown longer.
    odd = sum(n for n, length in track.times if abs(length - average) > VARIABLE * average)
    return FrameRate(track.timescale / average, odd > 1)


def picture_track(movie: Movie) -> Track | None:
    """Return the first track of pictures."""
    return next((track for track in movie.tracks if track.handler == b"vide"), None)
