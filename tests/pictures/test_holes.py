"""Files with a part that was never written: it is shown as zeros by the file system."""

from __future__ import annotations

import io

import pillow_heif
import pytest
from PIL import Image

from lambdas.pictures.picture import open_picture, render
from tests.pictures.test_cut_files import detailed
from tests.pictures.test_damage import noisy
from tests.shared_photos import shared_photos

WITHOUT_ZEROS = [("HEIF", {}), ("AVIF", {}), ("WEBP", {"lossless": True}), ("PNG", {})]


def is_damaged(body: bytes) -> bool:
    return render(open_picture(body)).damaged


@pytest.mark.parametrize(("kind", "options"), WITHOUT_ZEROS)
@pytest.mark.parametrize("size", [64, 1000])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_holes_are_noticed(kind: str, options: dict[str, object], size: int, share: float) -> None:
    body = noisy(kind, **options)
    at = int(share * len(body))
    pictures = body[:at] + bytes(size) + body[at + size :]

    assert is_damaged(pictures)


@pytest.mark.parametrize(("kind", "options"), WITHOUT_ZEROS)
@pytest.mark.parametrize("share", [0.95, 0.99])
def test_short_padding_is_noticed(kind: str, options: dict[str, object], share: float) -> None:
    body = noisy(kind, **options)
    kept = int(share * len(body))
    pictures = render(open_picture(body[:kept].ljust(len(body), b"\0")))

    assert pictures.damaged
    # Zeros are possible data of PNG: only its checksum says that they are wrong.
    assert kind == "PNG" or pictures.missing == pytest.approx(1 - share, abs=0.04)


@pytest.mark.parametrize(("kind", "options"), WITHOUT_ZEROS)
@pytest.mark.parametrize("color", ["white", "black", (200, 100, 50)])
def test_plain_colors_have_no_holes(
    kind: str, options: dict[str, object], color: str | tuple[int, int, int]
) -> None:
    target, image = io.BytesIO(), Image.new("RGB", (2000, 1500), color)
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(target)
    else:
        image.save(target, kind, **options)

    assert not is_damaged(target.getvalue())


def test_zeros_of_metadata_are_no_hole() -> None:
    target = io.BytesIO()
    exif = b"MM\0*\0\0\0\x08\0\0" + bytes(3000)
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), "white")).save(target, exif=exif)

    assert not is_damaged(target.getvalue())


def test_real_heic_has_no_hole() -> None:
    body = shared_photos().get("IMG_5195.HEIC")
    if body is None:
        pytest.skip("no photographs beside the checkout")

    assert not is_damaged(body)


def test_wrong_checksum_of_pixels_is_damage() -> None:
    body = detailed("PNG")
    end = body.index(b"IEND") - 4

    assert not is_damaged(body)
    assert is_damaged(body[: end - 4] + b"\0\0\0\0" + body[end:])
