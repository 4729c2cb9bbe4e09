"""Pictures that people upload: nothing is decoded before its header has been judged."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass, replace
from math import ceil
from typing import IO, cast

from PIL import Image

from lambdas.pictures.color import describe_colors, to_srgb
from lambdas.pictures.decoding import decode, quiet_pillow
from lambdas.pictures.exif import parse_exif
from lambdas.pictures.jpeg_tail import watched
from lambdas.pictures.limits import check_parts, check_scans, check_size
from lambdas.pictures.reading import MAX_MISSING, read_source
from lambdas.pictures.scaling import shrink
from lambdas.pictures.sizes import SIZES, fitted
from lambdas.pictures.source import MAX_METADATA, Metadata, Source
from lambdas.pictures.undecodable import Undecodable, damaged, not_a_picture
from lambdas.pictures.xmp import xmp_values

__all__ = [
    "Picture",
    "Rendition",
    "Undecodable",
    "open_picture",
    "render",
    "upright_pixels",
    "upright_size",
]

WEBP_QUALITY = 80
# Methods of libwebp: from 3 on it keeps all coefficients of a picture to choose their coding, which
# doubles its time and takes a third of its memory, for a file that is 3 % smaller. The sizes of
# which a page shows many are worth it.
THOROUGH, QUICK = 4, 2
THOROUGH_PIXELS = 1080 * 1080
HEIF = "HEIF"

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
ORIENTATIONS = frozenset("12345678")
SIDEWAYS = (5, 6, 7, 8)

# Our own limits are checked before anything is allocated; Pillow's ignores formats and modes.
Image.MAX_IMAGE_PIXELS = None


@dataclass
class Picture:
    """A picture whose header has been read; `image` is not decoded. `metadata` are raw bytes."""

    source: Source
    image: Image.Image
    metadata: Metadata
    orientation: int

    @property
    def media_type(self) -> str | None:
        """Return the media type of the file's format."""
        return Image.MIME.get(self.image.format or "")

    def drop_file(self) -> None:
        """Release the bytes of the file, once the pixels are decoded."""
        self.source = replace(self.source, body=b"")


class Rendition(dict[str, bytes]):
    """The shown sizes by name, as WebP.

    `damaged`: the file was not whole. `missing`: the share of the picture, 0 to 1, that could not
    be decoded.
    """

    def __init__(self, sizes: dict[str, bytes], *, damaged: bool, missing: float) -> None:
        super().__init__(sizes)
        self.damaged = damaged
        self.missing = missing


def open_picture(body: bytes) -> Picture:
    """Read a picture's header.

    Raises Undecodable if it is of no supported format, or if decoding would take too much memory
    or time.
    """
    source = read_source(body)
    check_parts(source)
    if source.frame is not None:
        check_scans(source, source.frame)
    if source.formats == ("WEBP",) and source.size is not None:
        check_size(source, "WEBP", "RGBA", source.size)
    if HEIF in source.formats:
        support_heif()
    try:
        with quiet_pillow():
            image = Image.open(_file_of(source), formats=source.formats)
    except Exception as error:
        raise not_a_picture(type(error).__name__) from error
    claimed = max(image.size, source.size or (0, 0), key=lambda size: size[0] * size[1])
    check_size(source, image.format or "", image.mode, claimed)
    metadata = replace(
        source.metadata,
        exif=source.metadata.exif[:MAX_METADATA],
        xmp=(source.metadata.xmp or _xmp_of(image))[:MAX_METADATA],
        iptc=source.metadata.iptc[:MAX_METADATA],
    )
    return Picture(source, image, metadata, _orientation(image, metadata))


@functools.cache
def support_heif() -> None:
    """Register the decoder of HEIF: with its codecs it takes 8 MB, which few other photos need."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


def _file_of(source: Source) -> IO[bytes]:
    # The types of the standard library do not say that a raw file is one.
    return cast(
        IO[bytes],
        watched(source, source.frame) if source.frame else io.BytesIO(source.body),
    )


def upright_size(picture: Picture) -> tuple[int, int]:
    """Return width and height in pixels as a person sees the picture, from the header alone."""
    width, height = picture.image.size
    return (height, width) if picture.orientation in SIDEWAYS else (width, height)


def render(picture: Picture) -> Rendition:
    """Return the shown sizes: upright, in sRGB, without any metadata. Consumes `picture`.

    Raises Undecodable if the pixels cannot be read, or too much of them is missing.
    """
    upright = upright_size(picture)
    targets = {name: fitted(*upright, edge) for name, edge in SIZES.items()}
    by_size = sorted(targets.items(), key=lambda item: item[1], reverse=True)
    pixels, missing, is_damaged = upright_pixels(picture, by_size[0][1])
    sizes = {name: _encoded(shrink(pixels, target)) for name, target in by_size}
    return Rendition(sizes, damaged=is_damaged, missing=missing)


def upright_pixels(
    picture: Picture, target: tuple[int, int], kept: tuple[float, float] = (1.0, 1.0)
) -> tuple[Image.Image, float, bool]:
    """Return a new image of size `target` in sRGB, the share missing, and damage.

    `kept` are the shares of width and height, around the centre, that are shown; the rest is
    cut off. What decoding took is released, as encoding needs memory too. Consumes `picture`.
    Raises Undecodable as `render` does.
    """
    sideways = picture.orientation in SIDEWAYS
    stored, shares = (target[::-1], kept[::-1]) if sideways else (target, kept)
    whole = (ceil(stored[0] / shares[0]), ceil(stored[1] / shares[1]))
    image, missing, is_damaged = decode(picture.source, picture.image, whole)
    picture.drop_file()
    if missing > MAX_MISSING:
        raise damaged(f"{missing:.0%} of them are missing")
    try:
        with quiet_pillow():
            profile = describe_colors(picture.image.info, picture.source.cicp)
            if kept != (1.0, 1.0):
                image = _centre(image, shares)
            small = shrink(image, stored)
            if small is not image:
                image.close()
            small = to_srgb(small, profile)
    except Exception as error:
        raise damaged(type(error).__name__) from error
    if picture.orientation in UPRIGHT:
        small = small.transpose(UPRIGHT[picture.orientation])
    # Pixels alone go into the new image, so no format's metadata can travel with them.
    clean = Image.new("RGB", small.size)
    clean.paste(small)
    small.close()
    return clean, missing, is_damaged


def _centre(image: Image.Image, shares: tuple[float, float]) -> Image.Image:
    """Return the middle of an image and release the rest."""
    width, height = (max(1, round(n * s)) for n, s in zip(image.size, shares, strict=True))
    left, top = (image.width - width) // 2, (image.height - height) // 2
    middle = image.crop((left, top, left + width, top + height))
    image.close()
    return middle


def _orientation(image: Image.Image, metadata: Metadata) -> int:
    """Return the EXIF orientation, 1 to 8; that of HEIF has been applied by its decoder."""
    if image.format == HEIF:
        return 1
    if image.format == "AVIF":
        # Pillow turns the file's own rotation into a tag. Its EXIF must not be applied as well.
        return parse_exif(image.info.get("exif") or b"").orientation or 1
    found = parse_exif(metadata.exif).orientation
    named = xmp_values(metadata.xmp, "tiff:Orientation") if found is None else ()
    return found or next((int(value) for value in named if value in ORIENTATIONS), 1)


def _xmp_of(image: Image.Image) -> bytes:
    xmp = image.info.get("xmp")
    return xmp if isinstance(xmp, bytes) else b""


def _encoded(image: Image.Image) -> bytes:
    target = io.BytesIO()
    method = THOROUGH if image.width * image.height <= THOROUGH_PIXELS else QUICK
    image.save(target, "WEBP", quality=WEBP_QUALITY, method=method)
    return target.getvalue()
