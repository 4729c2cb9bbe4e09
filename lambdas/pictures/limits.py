"""What a picture may cost: memory and time are estimated before anything is decoded."""

from __future__ import annotations

from lambdas.pictures.jpeg_scans import Frame, coefficient_bytes, count_scans
from lambdas.pictures.sizes import SIZES, fitted
from lambdas.pictures.source import Source
from lambdas.pictures.undecodable import Undecodable

# Decoder buffers and our copies together. With the interpreter, the libraries and the file itself
# the process stays under 1.4 GB of the function's 2 GB.
MAX_BYTES = 1_000_000_000
# Decoding takes time too: at most about four seconds of a function's processor.
MAX_PIXELS = 100_000_000
# JPEG is scaled while it is decoded, which takes less: a phone's 200-megapixel mode fits.
MAX_PIXELS_JPEG = 220_000_000
# Of all images that a HEIF or AVIF picture is made of, it itself and its transparency included.
MAX_DECODED_PIXELS = 3 * MAX_PIXELS
# Longer by shorter edge. Filters take memory for each pixel of a line that they make smaller.
MAX_SHAPE = 1000
# Encoders write about ten scans. Each pass visits every block, even if it brings no bytes.
MAX_SCANS = 200
MAX_SCANNED_PIXELS = 4_000_000_000

# Peak bytes for each pixel while a decoder works, its result in Pillow included. Measured with
# libwebp 1.6 (two canvases, one frame, one copy), libheif 1.23 and libavif 1.4 (4:4:4).
WEBP_BYTES = 17
HEIF_BYTES = 11
AVIF_BYTES = 13
AVIF_DEEP_BYTES = 22
# Bytes for each pixel of a picture in Pillow's memory.
MODE_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2}
WIDEST_MODE = 4

LARGEST = max(SIZES.values())
# Down to this multiple of the wanted size, averaging is as good as a Lanczos filter.
REDUCING_GAP = 2.0


def reduction(size: tuple[int, int], target: tuple[int, int]) -> int:
    """Return the whole factor by which a picture is averaged before it is resized."""
    return max(1, int(min(size[0] / target[0], size[1] / target[1]) / REDUCING_GAP))


def draft_scale(size: tuple[int, int], target: tuple[int, int]) -> int:
    """Return by what the JPEG decoder can divide (1, 2, 4, 8) and still cover `target`.

    The decoder rounds up.
    """
    return next(
        (scale for scale in (8, 4, 2) if _covers(drafted(size, scale), target)),
        1,
    )


def drafted(size: tuple[int, int], scale: int) -> tuple[int, int]:
    """Return the size of a JPEG that its decoder has divided by `scale`."""
    return -(-size[0] // scale), -(-size[1] // scale)


def _covers(size: tuple[int, int], target: tuple[int, int]) -> bool:
    return size[0] >= target[0] and size[1] >= target[1]


def check_size(source: Source, file_format: str, mode: str, size: tuple[int, int]) -> None:
    """Raise Undecodable if a picture of `size` pixels takes too much memory or time."""
    pixels = size[0] * size[1]
    limit = MAX_PIXELS_JPEG if file_format == "JPEG" else MAX_PIXELS
    too_thin = max(size) > MAX_SHAPE * min(size)
    if (
        not 0 < pixels <= limit
        or too_thin
        or required_bytes(source, file_format, mode, size) > MAX_BYTES
    ):
        raise Undecodable(
            "too_many_pixels",
            f"{size[0]} x {size[1]} pixels ({file_format}, {mode}) exceed what can be decoded.",
        )


def check_parts(source: Source) -> None:
    """Raise Undecodable if a picture is made of more pixels than may be decoded."""
    if source.decoded > MAX_DECODED_PIXELS:
        raise Undecodable(
            "too_many_pixels", f"Its parts have {source.decoded} pixels, which exceeds the limit."
        )


def check_scans(source: Source, frame: Frame) -> None:
    """Raise Undecodable if a JPEG has more scans than its decoding may take."""
    if not frame.buffered:
        return
    pixels = frame.width * frame.height
    limit = min(MAX_SCANS, MAX_SCANNED_PIXELS // max(1, pixels))
    if count_scans(source.body, limit, source.start) > limit:
        raise Undecodable("too_many_scans", f"More than {limit} scans exceed what can be decoded.")


def required_bytes(source: Source, file_format: str, mode: str, size: tuple[int, int]) -> int:
    """Return an upper bound of the bytes that decoding and scaling take."""
    target = fitted(*size, LARGEST)
    if source.frame is not None:
        size = drafted(size, draft_scale(size, target))
    pixels, factor = size[0] * size[1], reduction(size, target)
    each = {
        "WEBP": WEBP_BYTES,
        "HEIF": HEIF_BYTES,
        "AVIF": AVIF_DEEP_BYTES if source.deep else AVIF_BYTES,
    }.get(file_format, MODE_BYTES.get(mode, WIDEST_MODE))
    coefficients = coefficient_bytes(source.frame) if source.frame and source.frame.buffered else 0
    copies = WIDEST_MODE * (pixels // factor**2 + 2 * target[0] * target[1])
    return coefficients + each * pixels + copies
