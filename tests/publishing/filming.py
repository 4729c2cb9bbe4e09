"""Videos for tests, made frame by frame, and boxes to break them with."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import av
from PIL import Image

RATE = 48_000
FRAME_SAMPLES = 1024


@dataclass(frozen=True)
class Film:
    """What is filmed; `muxer` and `encoder` are options of libav."""

    size: tuple[int, int] = (90, 160)
    rate: int = 30
    seconds: float = 3.5
    codec: str = "libx264"
    sound: str | None = "aac"
    sound_rate: int = RATE
    layout: str = "stereo"
    pixels: str = "yuv420p"
    muxer: Mapping[str, str] = field(default_factory=dict)
    encoder: Mapping[str, str] = field(default_factory=dict)
    rotation: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)


def film(path: Path, wanted: Film | None = None, *, form: str = "mp4") -> Path:
    """Write a video and return its path."""
    wanted = wanted or Film()
    quiet = {"x265-params": "log-level=none"} if wanted.codec == "libx265" else {}
    with av.open(str(path), "w", format=form, options=dict(wanted.muxer)) as output:
        output.metadata.update(wanted.metadata)
        video = output.add_stream(
            wanted.codec, rate=wanted.rate, options={**quiet, **wanted.encoder}
        )
        assert isinstance(video, av.VideoStream)
        video.width, video.height = wanted.size
        video.pix_fmt = wanted.pixels
        if wanted.rotation:
            video.set_display_rotation(wanted.rotation)
        sound = output.add_stream(wanted.sound, rate=wanted.sound_rate) if wanted.sound else None
        if isinstance(sound, av.AudioStream):
            sound.layout = wanted.layout
        for number in range(round(wanted.rate * wanted.seconds)):
            picture = Image.new("RGB", wanted.size, (number * 7 % 256, 90, 60))
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            frame = frame.reformat(format=wanted.pixels)
            frame.pts = number
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        if isinstance(sound, av.AudioStream):
            _play(output, sound, wanted)
    return path


def _play(output: av.container.OutputContainer, sound: av.AudioStream, wanted: Film) -> None:
    kind = sound.codec_context.codec.audio_formats or []
    for number in range(int(wanted.sound_rate * wanted.seconds / FRAME_SAMPLES)):
        frame = av.AudioFrame(format=kind[0].name, layout=wanted.layout, samples=FRAME_SAMPLES)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts = wanted.sound_rate, number * FRAME_SAMPLES
        output.mux(sound.encode(frame))
    output.mux(sound.encode(None))


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box of an MP4 file."""
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


def patched(body: bytes, kind: bytes, at: int, value: int) -> bytes:
    """Return a file with a number of 32 bits written into the first box of a kind."""
    place = body.index(kind) + 4 + at
    return body[:place] + struct.pack(">I", value) + body[place + 4 :]


def packets_of(path: Path) -> list[tuple[str, bytes]]:
    """Return all frames of a file as they are stored, by stream."""
    with av.open(str(path)) as container:
        found = [(p.stream.type, bytes(p)) for p in container.demux() if p.dts is not None]
    return sorted(found, key=lambda one: one[0])
