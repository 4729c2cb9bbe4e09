"""Opening a picture that a stranger sent: nothing is decoded before its header says that it may be."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pillow_heif
from PIL import Image, ImageCms

from lambdas.pictures.sizes import SIZES, fitted

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "MPO")

# A decoded pixel takes three or four bytes, and scaling needs a second buffer: this fits into a function of 2 GB.
MAX_PIXELS = 100_000_000
# Baseline JPEG is scaled while it is decoded (draft), so that a phone's 200-megapixel mode costs what is shown of it.
MAX_PIXELS_DRAFTED = 220_000_000

WEBP_QUALITY = 80

# What turns a picture of each EXIF orientation upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

pillow_heif.register_heif_opener(thumbnails=False)
# Our own caps are checked right after the header has been read; Pillow's would turn half of them into warnings.
Image.MAX_IMAGE_PIXELS = None


class Undecodable(Exception):
    """The bytes are not a picture that can be shown; `reason` is machine-readable, the text is for an operator."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def open_picture(body: bytes) -> Image.Image:
    """Reads a picture's header. Raises Undecodable if it is none of our formats or has too many pixels."""
    try:
        with quiet_pillow():
            picture = Image.open(io.BytesIO(body), formats=FORMATS)
    except Exception as error:
        raise Undecodable(
            "not_a_picture", f"the header cannot be read: {type(error).__name__}"
        ) from error
    drafted = picture.format == "JPEG" and not picture.info.get("progressive")
    pixels = picture.width * picture.height
    if not 0 < pixels <= (MAX_PIXELS_DRAFTED if drafted else MAX_PIXELS):
        raise Undecodable(
            "too_many_pixels",
            f"{picture.width} x {picture.height} pixels are more than can be decoded",
        )
    return picture


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height in pixels as a person sees the picture, from the header alone."""
    width, height = picture.size
    return (height, width) if _orientation(picture) in (5, 6, 7, 8) else (width, height)


def render(picture: Image.Image) -> dict[str, bytes]:
    """The shown sizes as WebP: upright, in sRGB, and without any metadata. Consumes `picture`.

    Raises Undecodable if the pixels cannot be read.
    """
    longest = max(SIZES.values())
    orientation, profile = _orientation(picture), picture.info.get("icc_profile")
    try:
        with quiet_pillow():
            picture.draft("RGB", (longest, longest))
            picture.load()
            image = _scaled(_flattened(picture), longest)
    except Exception as error:
        raise Undecodable(
            "damaged", f"the pixels cannot be read: {type(error).__name__}"
        ) from error
    image = _upright(_in_srgb(image, profile), orientation)
    # Pixels alone go into the new image, so no format's metadata can travel with them.
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    return {
        name: _encoded(_scaled(clean, edge))
        for name, edge in sorted(SIZES.items(), key=lambda item: -item[1])
    }


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Pillow warns of much that strangers' files are full of; what matters is whether there is a picture in the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _orientation(picture: Image.Image) -> int:
    try:
        with quiet_pillow():
            value = picture.getexif().get(0x0112, 1)
    except Exception:
        return 1
    return value if value in range(1, 9) else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image


def _flattened(picture: Image.Image) -> Image.Image:
    """The picture in RGB, what is transparent on white."""
    if picture.mode.startswith("I;16") or picture.mode == "I":
        return picture.point(lambda value: value / 256).convert("L").convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return picture if picture.mode in ("RGB", "CMYK") else picture.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours converted from the picture's own profile: without it, which is dropped, they would be wrong."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return converted or image.convert("RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


def _scaled(image: Image.Image, longest: int) -> Image.Image:
    size = fitted(*image.size, longest)
    return (
        image
        if size == image.size
        else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    )


def _encoded(image: Image.Image) -> bytes:
    target = io.BytesIO()
    options: dict[str, Any] = {"quality": WEBP_QUALITY, "method": 4}
    image.save(target, "WEBP", **options)
    return target.getvalue()
