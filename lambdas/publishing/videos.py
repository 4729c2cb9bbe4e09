"""Videos: what they are, what keeps them from being posted, and another layout of their frames."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from lambdas.publishing.gops import GROUPS, is_closed
from lambdas.publishing.movie import Movie
from lambdas.publishing.movie_boxes import read_movie
from lambdas.publishing.movie_timing import (
    FrameRate,
    edits_of,
    frame_rate_of,
    picture_track,
    seconds_of,
)
from lambdas.publishing.remuxing import remux
from lambdas.publishing.unsuitable import MediaProblem, unsuitable
from lambdas.publishing.video_facts import AudioFacts, Structure, VideoFacts
from lambdas.publishing.video_files import MOVIE, chosen_streams, format_of, opened_video
from lambdas.publishing.video_rules import needs_remux, video_problems

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

__all__ = ["VideoFacts", "examine", "needs_remux", "remux", "video_problems"]

CHROMA = re.compile(r"(?<!\d)4[0-4][0-4](?!\d)")
# Formats of pixels whose names do not say it.
CHROMA_NAMES = {"nv12": "4:2:0", "nv21": "4:2:0", "p010le": "4:2:0", "gray": "4:0:0"}
# By libav's numbers: tt, bb, tb and bt; 0 is unknown, 1 progressive.
INTERLACED, PROGRESSIVE = (2, 3, 4, 5), 1
QUARTER = 90
# How many frames are looked at for the first few keyframes.
MAX_ENTRIES = 5000
MICROSECONDS = 1_000_000


def examine(path: Path) -> VideoFacts:
    """Return what a video is, from its index and its first frames. Raises Unsuitable."""
    size = path.stat().st_size
    with path.open("rb") as file:
        name = format_of(file)
        movie = read_movie(file, size) if name == MOVIE else Movie(is_index_first=True)
        file.seek(0)
        with opened_video(file, name) as container:
            streams = chosen_streams(container)
            layout = _structure(file, streams.video, movie)
            return _facts(container, streams.video, streams.audio, (movie, layout, size))


def _structure(file: BinaryIO, video: VideoStream, movie: Movie) -> Structure:
    entries = itertools.islice(video.index_entries, MAX_ENTRIES)
    places = itertools.islice((e.pos for e in entries if e.is_keyframe), GROUPS + 1)
    return Structure(
        container=_container_name(movie),
        brand=movie.brand.decode("latin-1").strip(),
        is_index_first=movie.is_index_first,
        is_fragmented=movie.is_fragmented,
        edits=edits_of(movie),
        is_encrypted=any(track.coding in (b"encv", b"enca") for track in movie.tracks),
        is_closed_gop=is_closed(file, video.codec_context.name, places) if movie.tracks else None,
    )


def _container_name(movie: Movie) -> str:
    if not movie.tracks:
        return "matroska"
    return "mov" if movie.brand in (b"qt  ", b"") else "mp4"


def _facts(
    container: InputContainer,
    video: VideoStream,
    audio: AudioStream | None,
    file: tuple[Movie, Structure, int],
) -> VideoFacts:
    movie, layout, size = file
    context = video.codec_context
    if context.width <= 0 or context.height <= 0:
        raise unsuitable(MediaProblem.DAMAGED, "The video's file is damaged: it has no size.")
    rotation = _rotation(movie)
    width, height = context.width, context.height
    aspect = float(video.sample_aspect_ratio or 1) or 1.0
    if rotation % 180 == QUARTER:
        width, height, aspect = height, width, 1 / aspect
    seconds = seconds_of(movie) or _seconds(container)
    sound = _audio_facts(audio) if audio else None
    rate = frame_rate_of(movie) or FrameRate(float(video.average_rate or 0), False)
    order = context.field_order
    return VideoFacts(
        structure=layout,
        size=size,
        seconds=seconds,
        width=width,
        height=height,
        pixel_aspect=aspect,
        rotation=rotation,
        frame_rate=rate.average,
        is_variable_rate=rate.is_variable if frame_rate_of(movie) else None,
        codec=context.name,
        profile=video.profile,
        pixel_format=context.pix_fmt or "",
        chroma=_chroma(context.pix_fmt or ""),
        bit_rate=video.bit_rate or _bit_rate(size, seconds, sound),
        is_interlaced=order in INTERLACED if order in (*INTERLACED, PROGRESSIVE) else None,
        audio=sound,
    )


def _rotation(movie: Movie) -> int:
    track = picture_track(movie)
    return track.rotation if track else 0


def _seconds(container: InputContainer) -> float:
    return max(0.0, (container.duration or 0) / MICROSECONDS)


def _bit_rate(size: int, seconds: float, audio: AudioFacts | None) -> int:
    """Return what the picture takes, if the file does not say, from its size."""
    whole = 8 * size / seconds if seconds else 0.0
    return max(0, round(whole - ((audio.bit_rate or 0) if audio else 0)))


def _audio_facts(audio: AudioStream) -> AudioFacts:
    return AudioFacts(
        audio.codec_context.name, audio.profile, audio.rate, audio.channels, audio.bit_rate
    )


def _chroma(pixel_format: str) -> str:
    if found := CHROMA.search(pixel_format):
        return ":".join(found[0])
    return CHROMA_NAMES.get(pixel_format, "unknown")
