"""Decoding that accepts damage, and measures how much of a picture is missing."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice, product

from PIL import Image, ImageChops, ImageFile

from lambdas.pictures.drift import has_drift
from lambdas.pictures.jpeg_marks import read_marks
from lambdas.pictures.jpeg_scans import (
    Frame,
    first_stray_marker,
    read_scans,
    required_scans,
)
from lambdas.pictures.jpeg_tail import WatchedJpeg
from lambdas.pictures.limits import MAX_PIXELS, MAX_SCANS, draft_scale
from lambdas.pictures.png import missing_of_png
from lambdas.pictures.source import Source
from lambdas.pictures.undecodable import Undecodable, damaged
from lambdas.pictures.webp import lengthened

END_OF_IMAGE = b"\xff\xd9"
# Entropy-coded data that mean nothing. They hold no 0xFF, so they end no scan.
FILLER = bytes(range(1, 240)) * 20
AVIF_FILLERS = (b"\xff", FILLER, b"\x55", b"\x80", b"\xaa")
# As many pixels as take some seconds.
AVIF_TRIED_PIXELS = 2 * MAX_PIXELS
# What an interrupted copy may end in. Entropy-coded data may too, which is then found to be whole.
PADDING = bytes(64)
# What libjpeg gives for blocks without data, in Pillow's modes.
EMPTY = {"RGB": (128, 128, 128), "L": 128}


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Silence Pillow's warnings, which uploaded files are full of; only the result matters."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def accepting_damage() -> Iterator[None]:
    """Let Pillow return what it could decode. Its switch is global, so not for threads."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def decode(
    source: Source, image: Image.Image, target: tuple[int, int]
) -> tuple[Image.Image, float, bool]:
    """Return decoded pixels (at least of the size `target`), the share missing, and damage.

    The share is 0 to 1; a picture can be damaged and lack nothing that can be seen. Raises
    Undecodable if nothing recognisable can be decoded.
    """
    file = getattr(image, "fp", None)
    try:
        with quiet_pillow():
            _draft(image, target)
            image.load()
    except Exception as error:
        if source.frame is not None:
            return *_decode_cut_jpeg(source, source.frame, target), True
        if source.formats == ("PNG",):
            return *_decode_cut_png(source), True
        if source.formats == ("WEBP",):
            return *_decode_damaged_webp(source), True
        if source.formats[0] == "AVIF" and source.declared_size:
            return *_decode_damaged_avif(source, image.size), True
        raise damaged(type(error).__name__) from error
    if source.frame is None:
        return image, source.missing, source.missing > 0 or source.faulty
    marks, missing = read_marks(source, source.frame), 0.0
    if _ends_empty(image) or source.body.endswith(PADDING):
        image, missing = _decode_cut_jpeg(source, source.frame, target)
    left_over = isinstance(file, WatchedJpeg) and file.left_over
    missing = max(missing, marks.lost)
    noticed = missing > 0 or left_over or not marks.whole or has_drift(image, source.frame)
    return image, missing, noticed


def _draft(image: Image.Image, target: tuple[int, int]) -> None:
    """Let a JPEG decoder divide. Pillow is asked for less than it gives, as it rounds down."""
    scale = draft_scale(image.size, target)
    image.draft(image.mode, (max(1, image.width // scale), max(1, image.height // scale)))


def _ends_empty(image: Image.Image) -> bool:
    """Return whether the last pixel is the grey that replaces missing data."""
    last = image.getpixel((image.width - 1, image.height - 1))
    return last == EMPTY.get(image.mode)


def _decode_cut_jpeg(
    source: Source, frame: Frame, target: tuple[int, int]
) -> tuple[Image.Image, float]:
    """Decode a JPEG that lacks data at its end, and measure how much.

    It is decoded twice, with nothing and with meaningless data in place of what is missing: the
    rows above the first difference come from the file. Of several scans, later ones only refine.
    """
    body = source.copy()
    try:
        data, completed = _data_of(body, frame)
        image = _decoded(data + END_OF_IMAGE, target)
    except Undecodable:
        # Damage can look like a marker, which decoders follow into nonsense: cut before it.
        cut = first_stray_marker(body)
        if cut is None:
            raise
        data, completed = _data_of(body[:cut], frame)
        image = _decoded(data + END_OF_IMAGE, target)
    if completed:
        return image, 0.0
    filled = _decoded(data + FILLER + END_OF_IMAGE, target)
    return image, _share_below_difference(image, filled)


def _data_of(body: bytes, frame: Frame) -> tuple[bytes, bool]:
    """Return a JPEG's data without its end, and whether all that is required is complete.

    Raises Undecodable if what there is would not be recognised.
    """
    read = read_scans(body, MAX_SCANS)
    completed, started = required_scans(frame, read.scans)
    if not started:
        raise damaged("most of the image is missing")
    return body[: read.end].rstrip(b"\xff"), completed


def _decoded(body: bytes, target: tuple[int, int]) -> Image.Image:
    try:
        with quiet_pillow():
            image = Image.open(io.BytesIO(body), formats=("JPEG",))
            _draft(image, target)
            image.load()
    except Exception as error:
        raise damaged(type(error).__name__) from error
    return image


def _decode_damaged_avif(source: Source, size: tuple[int, int]) -> tuple[Image.Image, float]:
    """Decode an AVIF file with one meaningless end after another, longer and longer ones.

    Its decoder finds about half of all ends impossible, zeros too, and gives nothing of a picture
    with an impossible place. The share that was replaced is missing.
    """
    whole = source.declared_size
    # An image may claim fewer pixels than its coded data hold.
    tries = max(1, AVIF_TRIED_PIXELS // max(size[0] * size[1], source.decoded))
    dropped = (0, 40, 300, whole // 20, whole // 10, whole // 6)
    for lost, filler in islice(product(dropped, AVIF_FILLERS), tries):
        end = max(0, round(whole * (1 - source.missing)) - lost)
        more = (filler * ((whole - end) // len(filler) + 1))[: whole - end]
        with suppress(Exception), quiet_pillow():
            body = source.body[:end] + more + source.body[whole:]
            image = Image.open(io.BytesIO(body), formats=("AVIF",))
            image.load()
            return image, 1 - end / whole
    raise damaged("no end of the file can be decoded")


def _decode_damaged_webp(source: Source) -> tuple[Image.Image, float]:
    """Decode a WebP file whose data run out, with two fillers behind them as for JPEG."""
    images = []
    for filler in (b"\0", FILLER):
        body = lengthened(source.body, filler)
        try:
            with quiet_pillow():
                image = Image.open(io.BytesIO(body or b""), formats=("WEBP",))
                image.load()
        except Exception as error:
            raise damaged(type(error).__name__) from error
        images.append(image)
    return images[0], max(source.missing, _share_below_difference(*images))


def _share_below_difference(image: Image.Image, other: Image.Image) -> float:
    """Return the share of the rows, 0 to 1, from the first that differs on."""
    if image.mode == "RGBA":
        image, other = image.convert("RGB"), other.convert("RGB")
    difference = ImageChops.difference(image, other).getbbox()
    return (image.height - difference[1]) / image.height if difference else 0.0


def _decode_cut_png(source: Source) -> tuple[Image.Image, float]:
    missing = missing_of_png(source.body)
    try:
        with quiet_pillow(), accepting_damage():
            image = Image.open(io.BytesIO(source.body), formats=source.formats)
            image.load()
    except Exception as error:
        raise damaged(type(error).__name__) from error
    return image, missing
