"""What Instagram takes, read from `media_limits.json`.

Meta writes "8 MB", and its error for larger images says 8 MiB. Images of ours keep to the smaller
number; videos are refused above the larger one, as they are not ours to change. Nothing is
documented of the shape of a story's image, nor of a carousel's video: these have the rules of a
story's video and of a reel.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from lambdas.publishing.post_kind import Kind


@dataclass(frozen=True)
class ImageLimits:
    """Bytes, width in pixels, and width divided by height of an image."""

    max_bytes: int
    min_width: int
    max_width: int
    min_ratio: float
    max_ratio: float


@dataclass(frozen=True)
class VideoLimits:
    """Bytes, length, and width divided by height of a video of one kind of post."""

    max_bytes: int
    min_seconds: float
    max_seconds: float
    min_ratio: float
    max_ratio: float


@dataclass(frozen=True)
class EveryVideo:
    """What holds for the videos of all kinds of posts; rates are for a second."""

    video_codecs: tuple[str, ...]
    audio_codecs: tuple[str, ...]
    chroma: str
    max_width: int
    min_frame_rate: float
    max_frame_rate: float
    max_bit_rate: int
    max_audio_rate: int
    max_audio_channels: int


class _Numbers(TypedDict):
    max_bytes: int
    min_ratio: float
    max_ratio: float


class _Images(_Numbers):
    min_width: int
    max_width: int


class _Videos(_Numbers):
    min_seconds: float
    max_seconds: float


class _EveryVideo(TypedDict):
    video_codecs: list[str]
    audio_codecs: list[str]
    chroma: str
    max_width: int
    min_frame_rate: float
    max_frame_rate: float
    max_bit_rate: int
    max_audio_rate: int
    max_audio_channels: int


class _Table(TypedDict):
    images: dict[str, _Images]
    videos: dict[str, _Videos]
    every_video: _EveryVideo


@functools.cache
def _table() -> _Table:
    table: _Table = json.loads((Path(__file__).parent / "media_limits.json").read_text())
    return table


@functools.cache
def image_limits(*, any_ratio: bool) -> ImageLimits:
    """Return the limits of an image: of a story if `any_ratio`, else of a photo or carousel."""
    return ImageLimits(**_table()["images"]["story_image" if any_ratio else "image"])


@functools.cache
def video_limits() -> Mapping[Kind, VideoLimits]:
    """Return the limits of a video for each kind of post that takes one."""
    return {Kind(kind): VideoLimits(**row) for kind, row in _table()["videos"].items()}


@functools.cache
def every_video() -> EveryVideo:
    """Return what holds for every video."""
    row = _table()["every_video"]
    codecs = {
        "video_codecs": tuple(row["video_codecs"]),
        "audio_codecs": tuple(row["audio_codecs"]),
    }
    return EveryVideo(**(row | codecs))  # type: ignore[arg-type]
