"""Small videos for posts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from av.audio import AudioStream
from av.container import OutputContainer
from av.video import VideoStream


@dataclass(frozen=True)
class Clip:
    """What a video is like; at first, all that Instagram accepts."""

    seconds: float = 3
    size: tuple[int, int] = (72, 128)
    rate: int = 24
    codec: str = "libx264"
    pixels: str = "yuv420p"
    sound: str | None = "aac"
    sample_rate: int = 48_000
    layout: str = "stereo"
    form: str = "mp4"
    moov_first: bool = True
    interlaced: bool = False


def video(**changes: object) -> bytes:
    """Return a video as a file, with changes of the clip."""
    return _encoded(replace(Clip(), **changes))  # type: ignore[arg-type]


@cache
def _encoded(clip: Clip) -> bytes:
    options = {"movflags": "faststart"} if clip.moov_first and clip.form in ("mp4", "mov") else {}
    with TemporaryDirectory() as folder:
        path = Path(folder, f"video.{clip.form}")
        with av.open(str(path), "w", format=clip.form, options=options) as file:
            _write(file, clip)
        return path.read_bytes()


def _write(file: OutputContainer, clip: Clip) -> None:
    pictures = file.add_stream(clip.codec, rate=clip.rate)
    assert isinstance(pictures, VideoStream)
    pictures.width, pictures.height = clip.size
    pictures.pix_fmt = clip.pixels
    if clip.interlaced:
        pictures.options = {"x264-params": "tff=1"}
    sound = file.add_stream(clip.sound, rate=clip.sample_rate) if clip.sound else None
    if isinstance(sound, AudioStream):
        sound.layout = clip.layout
    for index in range(int(clip.seconds * clip.rate)):
        frame = av.VideoFrame(*clip.size, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([index * 5 % 256]) * plane.buffer_size)
        file.mux(pictures.encode(frame))
    file.mux(pictures.encode())
    if isinstance(sound, AudioStream):
        _write_silence(file, sound, clip)


def _write_silence(file: OutputContainer, sound: AudioStream, clip: Clip) -> None:
    silence = av.AudioFrame("fltp", clip.layout, int(clip.seconds * clip.sample_rate))
    silence.sample_rate = clip.sample_rate
    for plane in silence.planes:
        plane.update(bytes(plane.buffer_size))
    file.mux(sound.encode(silence))
    file.mux(sound.encode())
