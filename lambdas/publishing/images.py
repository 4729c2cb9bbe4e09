"""Pictures of any kind become what Instagram takes: JPEG in sRGB, in its sizes and shapes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from lambdas.pictures.color import describe_colors
from lambdas.pictures.picture import (
    Picture,
    Undecodable,
    open_picture,
    upright_pixels,
    upright_size,
)
from lambdas.publishing.animation import is_animated, is_gif
from lambdas.publishing.fit import Fit
from lambdas.publishing.framing import WHOLE, Frame, Size, frame_of
from lambdas.publishing.media_limits import ImageLimits, image_limits
from lambdas.publishing.padding import padded
from lambdas.publishing.unsuitable import MediaProblem, Unsuitable, unsuitable

# Above this no guest may send a file in any stage.
MAX_SOURCE_BYTES = 100 * 1024 * 1024
# Tried one after the other until the file is small enough. Instagram encodes once more, so what
# is lost here is lost twice.
QUALITIES = (92, 88, 84, 78, 70, 60, 50, 40, 30, 20)
NAMES = {"MPO": "JPEG", "HEIF": "HEIC"}
TAKEN = "JPEG, PNG, WebP, HEIC and AVIF"


@dataclass(frozen=True)
class PreparedImage:
    """A JPEG file without metadata; `changes` are sentences about what was done to the picture."""

    content: bytes
    width: int
    height: int
    changes: list[str]


def prepare_image(content: bytes | Path, *, fit: Fit, any_ratio: bool) -> PreparedImage:
    """Return a picture as Instagram takes it: of a story if `any_ratio`, else of a photo.

    Raises Unsuitable if it is animated, damaged, too large to decode, or no picture.
    """
    picture = opened(read_bounded(content))
    limits, size = image_limits(any_ratio=any_ratio), upright_size(picture)
    frame = frame_of(size, limits, fit)
    changes = _changes(picture, size, frame)
    image = _framed(picture, size, frame)
    return PreparedImage(_encoded(image, limits), *image.size, changes)


def opened(body: bytes) -> Picture:
    """Return a still picture whose header has been judged. Raises Unsuitable."""
    if is_animated(body):
        raise unsuitable(
            MediaProblem.ANIMATED,
            "The picture is animated; Instagram takes still pictures, or a video (MP4).",
        )
    if is_gif(body):
        raise unsuitable(MediaProblem.NOT_A_PICTURE, f"The file is a GIF; pictures may be {TAKEN}.")
    try:
        return open_picture(body)
    except Undecodable as error:
        raise _translated(error) from error


def read_bounded(content: bytes | Path) -> bytes:
    """Return a file's bytes. Raises Unsuitable if it is too large to be converted."""
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size > MAX_SOURCE_BYTES:
        raise unsuitable(
            MediaProblem.FILE_TOO_LARGE,
            f"The picture's file has {size / 1e6:.1f} MB; at most "
            f"{MAX_SOURCE_BYTES / 1e6:.1f} MB are converted.",
        )
    return content if isinstance(content, bytes) else content.read_bytes()


def _framed(picture: Picture, size: Size, frame: Frame) -> Image.Image:
    # Cut first and enlarged last: what is enlarged is never more than what is posted.
    kept = (max(1, round(size[0] * frame.kept[0])), max(1, round(size[1] * frame.kept[1])))
    target = (min(kept[0], frame.picture[0]), min(kept[1], frame.picture[1]))
    try:
        image, missing, is_damaged = upright_pixels(picture, target, frame.kept)
    except Undecodable as error:
        raise _translated(error) from error
    if is_damaged:
        raise unsuitable(
            MediaProblem.DAMAGED,
            f"The file is damaged: {max(missing, 0.01):.0%} of the picture or more cannot be read.",
        )
    if image.size != frame.picture:
        image = image.resize(frame.picture, Image.Resampling.LANCZOS)
    return padded(image, frame.canvas) if frame.is_padded else image


def _encoded(image: Image.Image, limits: ImageLimits) -> bytes:
    for quality in QUALITIES:
        target = io.BytesIO()
        image.save(target, "JPEG", quality=quality, subsampling="4:2:0", progressive=False)
        if target.tell() <= limits.max_bytes:
            return target.getvalue()
    raise unsuitable(
        MediaProblem.FILE_TOO_LARGE,
        f"The picture has {target.tell() / 1e6:.1f} MB even at a low quality; "
        f"Instagram takes at most {limits.max_bytes / 1e6:.0f} MB.",
    )


def _changes(picture: Picture, size: Size, frame: Frame) -> list[str]:
    """Return sentences about what is done, from the header alone."""
    info, kind = picture.image.info, format_name(picture)
    pixels = f"{size[0]} x {size[1]}"
    profile = describe_colors(info, picture.source.cicp)
    canvas = f"{frame.canvas[0]} x {frame.canvas[1]} pixels"
    found = [
        (kind != "JPEG", f"Converted from {kind} to JPEG."),
        (picture.orientation != 1, "Turned upright."),
        (_differs_from_srgb(profile), "Colours converted to sRGB."),
        (picture.image.mode == "CMYK", "Converted from CMYK to RGB."),
        (_has_alpha(picture.image), "Transparent parts are white."),
        (frame.kept != WHOLE, f"Cropped around the centre, from {pixels} to {canvas}."),
        (frame.is_padded, f"Padded in the colours of its edges, from {pixels} to {canvas}."),
        (
            frame.kept == WHOLE and not frame.is_padded and frame.canvas != size,
            f"Scaled from {pixels} to {canvas}.",
        ),
        (bool(picture.metadata.exif or picture.metadata.xmp or picture.metadata.iptc),
         "Metadata removed."),
    ]  # fmt: skip
    return [sentence for applies, sentence in found if applies]


def format_name(picture: Picture) -> str:
    """Return the name of a picture's format."""
    found = picture.image.format or ""
    return NAMES.get(found, found)


def _differs_from_srgb(profile: bytes | None) -> bool:
    # Version 4 of the format writes the profile's name in UTF-16.
    return profile is not None and not any(
        name in profile for name in (b"sRGB", "sRGB".encode("utf-16-be"))
    )


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def _translated(error: Undecodable) -> Unsuitable:
    if error.reason in ("too_many_pixels", "too_many_scans"):
        return unsuitable(MediaProblem.TOO_MANY_PIXELS, f"The picture is too large: {error}")
    if error.reason == "damaged":
        return unsuitable(MediaProblem.DAMAGED, f"The file is damaged: {error}")
    return unsuitable(
        MediaProblem.NOT_A_PICTURE, f"The file is not a picture that can be read ({TAKEN}): {error}"
    )
