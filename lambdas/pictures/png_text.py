"""Text chunks of PNG files that hold metadata: an XMP packet, other blocks as digits, a time."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

from lambdas.pictures.exif import says_something
from lambdas.pictures.iptc import irb_records
from lambdas.pictures.source import MAX_METADATA, XMP_NAME, Metadata

KINDS = frozenset({b"iTXt", b"zTXt", b"tEXt"})
XMP_KEYWORD = b"XML:com.adobe.xmp"
# ImageMagick and its descendants write other formats' blocks as hexadecimal digits.
RAW_KEYWORD = re.compile(rb"Raw profile type (exif|app1|xmp|iptc|8bim)", re.IGNORECASE)
# A name (of the block, or "generic"), the number of bytes, and the digits in lines.
RAW_PROFILE = re.compile(rb"\s*[A-Za-z0-9]{1,32}\s+\d{1,12}\s+([0-9A-Fa-f\s]*)")
# "Creation Time" is a keyword of the PNG specification; programs that copy each of a photo's
# properties into a chunk use the others.
TIME_KEYWORDS = (b"exif:DateTimeOriginal", b"Creation Time", b"exif:DateTimeDigitized")
TIFF_ORDERS = (b"II*\0", b"MM\0*")
MAX_KEYWORD = 79
# One of each kind, and some that say nothing.
MAX_TEXTS = 16


@dataclass
class PngTexts:
    """Collects the texts that are used, each at most a megabyte."""

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    times: dict[bytes, str] = field(default_factory=dict)
    _seen: int = 0

    def add(self, kind: bytes, content: bytes) -> None:
        """Take a text chunk, if its keyword is one that is used."""
        keyword, found, _ = content[: MAX_KEYWORD + 1].partition(b"\0")
        is_raw = RAW_KEYWORD.fullmatch(keyword)
        if not found or not (is_raw or keyword == XMP_KEYWORD or keyword in TIME_KEYWORDS):
            return
        self._seen += 1
        if self._seen > MAX_TEXTS:
            return
        text = _text(kind, content[len(keyword) + 1 :])
        if is_raw:
            self._add_block(_raw_profile(text))
        elif keyword == XMP_KEYWORD:
            self.xmp = self.xmp or text
        else:
            self.times.setdefault(keyword, text[:64].decode("latin-1"))

    def metadata(self, exif: bytes) -> Metadata:
        """Return the metadata; `exif` is what the chunk of its own holds."""
        times = tuple(self.times[key] for key in TIME_KEYWORDS if key in self.times)
        described = exif if says_something(exif) else self.exif or exif
        return Metadata(described, self.xmp, self.iptc, times)

    def _add_block(self, block: bytes) -> None:
        """Take a block for what its bytes say: programs use one keyword for several kinds."""
        if block.startswith((b"Exif\0", *TIFF_ORDERS)):
            self.exif = self.exif or block
        elif block.startswith(b"8BIM"):
            self.iptc = self.iptc or irb_records(block)
        elif block.startswith(b"\x1c"):
            self.iptc = self.iptc or block
        elif not self.xmp:
            self.xmp = block.removeprefix(XMP_NAME)


def _raw_profile(text: bytes) -> bytes:
    """Return the bytes that a chunk holds as digits, without a last half byte."""
    found = RAW_PROFILE.match(text)
    digits = b"".join(found[1].split()) if found else b""
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))


def _text(kind: bytes, rest: bytes) -> bytes:
    """Return the text behind a chunk's keyword, at most a megabyte of it."""
    if kind == b"tEXt":
        return rest[:MAX_METADATA]
    compressed = kind == b"zTXt" or rest[:1] == b"\x01"
    if kind == b"iTXt":
        parts = rest[2:].split(b"\0", 2)
        rest = parts[2] if len(parts) == 3 else b""
    else:
        rest = rest[1:]
    if not compressed:
        return rest[:MAX_METADATA]
    try:
        return zlib.decompressobj().decompress(rest, MAX_METADATA)
    except zlib.error:
        return b""
