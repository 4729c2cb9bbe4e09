"""A picture file taken apart: what is decoded, and the metadata beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lambdas.pictures.cicp import Cicp
from lambdas.pictures.jpeg_scans import Frame

# Real metadata take kilobytes. What exceeds this is not looked at.
MAX_METADATA = 1024 * 1024
# What precedes an XMP packet in the segment of a JPEG file.
XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"
MAX_PROFILE = 4 * 1024 * 1024


@dataclass(frozen=True)
class Metadata:
    """Raw EXIF (TIFF structure), XMP (an RDF packet) and IPTC (IIM records), empty if absent.

    `times` are other texts that say when the picture was taken.
    """

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    times: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A file without the metadata that a decoder would expand.

    A decoder reads `front`, and then `body` from the offset `start` on: a copy of a whole file
    would take as much memory again. `formats` are Pillow's names of the decoders to try. `size` is
    the largest width and height in pixels that the header claims, None if only the decoder can
    tell. `declared_size` is the length of the whole file in bytes, 0 if it does not say; `missing`
    is the share of it, 0 to 1, that was cut off and has been replaced by zeros. `coded` are places
    (start and length) whose data hold no long run of zeros in a whole file, `faulty` says that the
    file's own bytes show damage. `frame` is set for JPEG, `deep` for more than eight bits in a
    sample of AVIF. `decoded` is how many pixels decoding a HEIF or AVIF picture takes, which may be
    made of others; 0 if that is its size.
    """

    body: bytes
    formats: tuple[str, ...]
    size: tuple[int, int] | None = None
    metadata: Metadata = field(default_factory=Metadata)
    cicp: Cicp | None = None
    frame: Frame | None = None
    deep: bool = False
    declared_size: int = 0
    missing: float = 0.0
    coded: tuple[tuple[int, int], ...] = ()
    faulty: bool = False
    decoded: int = 0
    front: bytes = b""
    start: int = 0

    def copy(self) -> bytes:
        """Return what a decoder reads."""
        return self.front + self.body[self.start :] if self.front else self.body
