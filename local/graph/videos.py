"""The checks that Meta makes of a video to publish. Source: ig-user/media, video specifications."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from local.graph.container_record import ArrivedFile

if TYPE_CHECKING:
    from av.container import InputContainer

MEGABYTE = 1024 * 1024
UNSUPPORTED, PROCESSING_FAILED, UNKNOWN_UPLOAD = 2207026, 2207082, 2207053
DOWNLOAD_FAILED, OFFSET_OUT_OF_RANGE = 2207077, 2207057
VIDEO_CODECS = ("h264", "hevc")
MIN_RATE, MAX_RATE = 23, 60
MAX_WIDTH = 1920
MAX_BITS_PER_SECOND = 25_000_000
MAX_SAMPLE_RATE, MAX_CHANNELS = 48_000, 2
# A video ends with a whole frame.
TOLERANCE_SECONDS = 0.1
# The size of a box that has no size of its own, and that of one with 64 bits for it.
TO_THE_END, WIDE = 0, 1


@dataclass(frozen=True)
class VideoLimits:
    """The limits of one kind of post."""

    max_bytes: int
    max_seconds: int
    min_ratio: float = 0.01
    max_ratio: float = 10
    min_seconds: int = 3


LIMITS = {
    "REELS": VideoLimits(300 * MEGABYTE, 15 * 60),
    "STORIES": VideoLimits(100 * MEGABYTE, 60, min_ratio=0.1),
    # An item of a carousel.
    "VIDEO": VideoLimits(300 * MEGABYTE, 60),
}


class VideoRefused(Exception):
    """The video cannot be published; `subcode` is what the container reports."""

    def __init__(self, subcode: int) -> None:
        super().__init__(str(subcode))
        self.subcode = subcode


def examine_video(
    content: bytes, kind: str, thumb_offset: int = 0, unreadable: int = PROCESSING_FAILED
) -> ArrivedFile:
    """Return what a video is. Raises VideoRefused, with `unreadable` if it is damaged."""
    limits = LIMITS[kind]
    if len(content) > limits.max_bytes or not _is_streamable(content):
        raise VideoRefused(UNSUPPORTED)
    # Imported here: it is large, and only videos need it.
    import av

    try:
        with av.open(BytesIO(content), mode="r") as video:
            arrived = _arrived(video, content)
            problem = _has_unsupported_streams(video)
            # What is announced is no proof: one frame has to be readable. One thread is enough.
            video.streams.video[0].codec_context.thread_count = 1
            frame = next(video.decode(video=0))
    except (av.FFmpegError, StopIteration, IndexError):
        raise VideoRefused(unreadable) from None
    seconds, ratio = arrived.seconds or 0, arrived.width / arrived.height
    shortest, longest = limits.min_seconds, limits.max_seconds
    if (
        problem
        or frame.interlaced_frame
        or not shortest - TOLERANCE_SECONDS <= seconds <= longest + TOLERANCE_SECONDS
        or not limits.min_ratio <= ratio <= limits.max_ratio
        or len(content) * 8 / seconds > MAX_BITS_PER_SECOND
    ):
        raise VideoRefused(UNSUPPORTED)
    if thumb_offset >= seconds * 1000:
        raise VideoRefused(OFFSET_OUT_OF_RANGE)
    return arrived


def _arrived(video: InputContainer, content: bytes) -> ArrivedFile:
    stream = video.streams.video[0]
    if stream.duration is not None and stream.time_base is not None:
        seconds = float(stream.duration * stream.time_base)
    else:
        seconds = (video.duration or 0) / 1_000_000
    return ArrivedFile(
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        width=stream.codec_context.width,
        height=stream.codec_context.height,
        format=f"{stream.codec_context.name} in {_brand(content)}",
        seconds=round(seconds, 3),
    )


def _has_unsupported_streams(video: InputContainer) -> bool:
    stream = video.streams.video[0]
    codec, rate = stream.codec_context, float(stream.average_rate or 0)
    return (
        codec.name not in VIDEO_CODECS
        # 4:2:0, of 8 bits or more.
        or "420" not in (codec.pix_fmt or "")
        or not MIN_RATE <= round(rate, 1) <= MAX_RATE
        or not 0 < codec.width <= MAX_WIDTH
        or any(
            sound.codec_context.name != "aac"
            or sound.codec_context.sample_rate > MAX_SAMPLE_RATE
            or sound.codec_context.channels > MAX_CHANNELS
            for sound in video.streams.audio
        )
    )


def _is_streamable(content: bytes) -> bool:
    """Return whether it is an MP4 or MOV whose index stands before the data."""
    names = [name for name, _ in _boxes(content)]
    if "moov" not in names or "mdat" not in names or _brand(content).startswith("3g"):
        return False
    return names.index("moov") < names.index("mdat")


def _brand(content: bytes) -> str:
    """Return the main brand of the file; the oldest files of QuickTime have none."""
    found = next((start for name, start in _boxes(content) if name == "ftyp"), None)
    if found is None:
        return "qt"
    return content[found : found + 4].decode("latin-1").strip()


def _boxes(content: bytes) -> Iterator[tuple[str, int]]:
    """Iterate over the boxes of the top level: the name, and where the content starts."""
    position = 0
    while position + 8 <= len(content):
        size = int.from_bytes(content[position : position + 4])
        name = content[position + 4 : position + 8].decode("latin-1")
        header = 8
        if size == WIDE:
            header = 16
            size = int.from_bytes(content[position + 8 : position + 16])
        elif size == TO_THE_END:
            size = len(content) - position
        if size < header:
            return
        yield name, position + header
        position += size
