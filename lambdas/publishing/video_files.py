"""Opening a video's file so that it can name no other file, and claim no more than it holds."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from lambdas.publishing.movie_boxes import is_movie
from lambdas.publishing.unsuitable import MediaProblem, unsuitable

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

MATROSKA = b"\x1a\x45\xdf\xa3"
MOVIE = "mov"
MAX_STREAMS = 20
ATTACHED_PICTURE = 0x400
BUFFER_BYTES = 256 * 1024
MAX_SECONDS = 30.0
OPTIONS = {
    # Enough for the headers of a file; what needs more to be recognised is none of ours.
    "probesize": str(5 * 1024 * 1024),
    "analyzeduration": str(5_000_000),
    "max_streams": str(MAX_STREAMS),
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
    "protocol_whitelist": "none",
    # A frame of more pixels is not decoded to find out its format.
    "max_pixels": str(40_000_000),
    "threads": "1",
}
MOVIE_OPTIONS = {"enable_drefs": "0", "use_absolute_path": "0", "ignore_editlist": "1"}


def format_of(file: BinaryIO) -> str:
    """Return the library's name of a file's format. Raises Unsuitable for all but two.

    It is given to the library, which then tries no other: playlists and lists of files would be
    read with what they name.
    """
    file.seek(0)
    start = file.read(16)
    file.seek(0)
    if is_movie(start):
        return MOVIE
    if start[:4] == MATROSKA:
        return "matroska"
    raise unsuitable(
        MediaProblem.NOT_A_VIDEO, "The file is not a video that can be read (MP4, MOV, MKV, WebM)."
    )


class _Reading:
    """A file as the library reads it, until a time is over."""

    def __init__(self, file: BinaryIO, deadline: float) -> None:
        self._file = file
        self._deadline = deadline
        self.tell = file.tell

    def read(self, size: int) -> bytes:
        """Return the next bytes. Raises Unsuitable once the time is over."""
        if time.monotonic() > self._deadline:
            raise unsuitable(
                MediaProblem.TOO_COMPLEX, "The video's file takes too long to be read."
            )
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file. Raises Unsuitable if there is none such."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            raise unsuitable(
                MediaProblem.DAMAGED, "The video's file is damaged: it points outside of itself."
            ) from None


@contextmanager
def opened_video(
    file: BinaryIO, name: str, max_seconds: float = MAX_SECONDS
) -> Iterator[InputContainer]:
    """Open a file of the format `name`. Raises Unsuitable if it is damaged or takes too long."""
    import av

    reading = _Reading(file, time.monotonic() + max_seconds)

    options = OPTIONS | (MOVIE_OPTIONS if name == MOVIE else {})
    try:
        with av.open(
            reading, "r", format=name, options=options, buffer_size=BUFFER_BYTES, io_open=_refuse
        ) as container:
            yield container
    except (av.FFmpegError, ArithmeticError, LookupError, ValueError, MemoryError) as error:
        # That the disk is full says nothing about the file.
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise
        raise unsuitable(
            MediaProblem.DAMAGED, f"The video's file is damaged: {type(error).__name__}."
        ) from error


@dataclass(frozen=True)
class Streams:
    """What is posted of a file."""

    video: VideoStream
    audio: AudioStream | None


def chosen_streams(container: InputContainer) -> Streams:
    """Return the first picture that moves, and the first sound, AAC before others.

    Raises Unsuitable if there is no picture, or so many streams that no camera wrote the file.
    """
    if len(container.streams) > MAX_STREAMS:
        raise unsuitable(
            MediaProblem.TOO_COMPLEX, f"The video's file has more than {MAX_STREAMS} streams."
        )
    # Without a decoder there is no context, and a cover is a picture that does not move.
    videos = [
        one
        for one in container.streams.video
        if one.codec_context and not one.disposition & ATTACHED_PICTURE
    ]
    if not videos:
        raise unsuitable(MediaProblem.NO_VIDEO, "The file has no picture, only sound or nothing.")
    sounds = [one for one in container.streams.audio if one.codec_context]
    sounds.sort(key=lambda one: one.codec_context.name != "aac")
    return Streams(videos[0], sounds[0] if sounds else None)


def _refuse(*_: object) -> NoReturn:
    raise PermissionError("A video names another file.")
