"""What a video is, as far as Instagram's rules ask."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Edits(enum.StrEnum):
    """Whether a file says that only parts of it are played, or later."""

    NONE = "none"
    HARMLESS = "harmless"
    """Without them nothing is seen or heard that was not before."""
    CUTTING = "cutting"
    """Without them parts would be seen that were cut off, or sound and picture would differ."""


@dataclass(frozen=True)
class AudioFacts:
    """The sound; the rate is in hertz, the bit rate in bits a second (None: unknown)."""

    codec: str
    profile: str | None
    rate: int
    channels: int
    bit_rate: int | None


@dataclass(frozen=True)
class Structure:
    """How a file is laid out. `is_closed_gop` is None where it is not cheaply known."""

    container: str
    brand: str
    is_index_first: bool
    is_fragmented: bool
    edits: Edits
    is_encrypted: bool = False
    is_closed_gop: bool | None = None


@dataclass(frozen=True)
class VideoFacts:
    """A video: width and height as a person sees it, in pixels; `rotation` clockwise in degrees.

    `bit_rate` is that of the picture alone, in bits a second. `is_variable_rate` and
    `is_interlaced` are None where the file does not say.
    """

    structure: Structure
    size: int
    seconds: float
    width: int
    height: int
    pixel_aspect: float
    rotation: int
    frame_rate: float
    is_variable_rate: bool | None
    codec: str
    profile: str | None
    pixel_format: str
    chroma: str
    bit_rate: int
    is_interlaced: bool | None
    audio: AudioFacts | None

    @property
    def ratio(self) -> float:
        """Width divided by height, as shown."""
        return self.width * self.pixel_aspect / self.height

    @property
    def format_for_people(self) -> str:
        """One line, such as "MP4, H264 High, 1080 x 1920, 30 fps, 14.5 s, 12.1 MB, AAC stereo"."""
        audio = self.audio
        channels = {1: "mono", 2: "stereo"}
        sound = "no sound"
        if audio:
            kind = channels.get(audio.channels, f"{audio.channels} channels")
            sound = f"{audio.codec.upper()} {kind} {audio.rate / 1000:g} kHz"
        return ", ".join(
            (
                self.structure.container.upper(),
                f"{self.codec.upper()} {self.profile or ''}".strip(),
                f"{self.width} x {self.height}",
                f"{self.frame_rate:.4g} fps",
                f"{self.seconds:.1f} s",
                f"{self.size / 1e6:.1f} MB",
                sound,
            )
        )
