"""Colours that a file describes otherwise than as sRGB."""

from __future__ import annotations

import io
import struct
from itertools import pairwise

import pillow_heif
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from lambdas.pictures.color import BT709
from lambdas.pictures.icc import build_profile
from lambdas.pictures.picture import open_picture, render
from lambdas.pictures.transfer import gamma_curve, tone_mapped
from tests.pictures.heavy import png_chunk
from tests.shared_photos import shared_photos

Color = tuple[int, int, int]

SRGB, P3, BT2020 = 1, 12, 9
SRGB_CURVE, LINEAR, PQ, HLG = 13, 8, 16, 18
KINDS = ("HEIF", "AVIF", "PNG")


def plain(color: Color, kind: str, primaries: int, transfer: int) -> bytes:
    """Return a picture of one colour that names its colour space by code points."""
    image, target = Image.new("RGB", (64, 64), color), io.BytesIO()
    codes = struct.pack(">HH", primaries, transfer)
    if kind == "HEIF":
        options: dict[str, int] = {
            "color_primaries": primaries,
            "transfer_characteristics": transfer,
            "matrix_coefficients": 1,
            "full_range_flag": 1,
        }
        pillow_heif.from_pillow(image).save(target, quality=95, chroma=444, **options)
        return target.getvalue()
    if kind == "AVIF":
        image.save(target, "AVIF", quality=95, subsampling="4:4:4")
        before, _, after = target.getvalue().partition(b"nclx")
        return before + b"nclx" + codes + after[4:]
    image.save(target, "PNG")
    body, chunk = target.getvalue(), png_chunk(b"cICP", bytes([primaries, transfer, 0, 1]))
    return body[:33] + chunk + body[33:]


def shown(body: bytes) -> Color:
    image = Image.open(io.BytesIO(render(open_picture(body))["thumb"])).convert("RGB")
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return int(pixel[0]), int(pixel[1]), int(pixel[2])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("color", "primaries", "transfer", "expected"),
    [
        ((200, 100, 50), SRGB, SRGB_CURVE, (200, 100, 50)),
        ((200, 100, 50), SRGB, 1, (200, 100, 50)),
        ((200, 100, 50), 2, 2, (200, 100, 50)),
        ((200, 100, 50), P3, SRGB_CURVE, (215, 93, 30)),
        ((200, 200, 200), P3, SRGB_CURVE, (200, 200, 200)),
        ((200, 100, 50), BT2020, 14, (241, 76, 29)),
        ((55, 55, 55), SRGB, LINEAR, (128, 128, 128)),
        ((128, 128, 128), SRGB, 7, (141, 141, 141)),
        ((128, 128, 128), SRGB, 17, (118, 118, 118)),
        ((250, 250, 250), SRGB, 17, (255, 255, 255)),
    ],
)
def test_code_points_become_srgb(
    kind: str, color: Color, primaries: int, transfer: int, expected: Color
) -> None:
    assert shown(plain(color, kind, primaries, transfer)) == pytest.approx(expected, abs=5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("code", "transfer", "light"),
    [
        # 203 cd/m², diffuse white, and 26 cd/m², mid-grey; by ITU-R BT.2408.
        (148, PQ, 231),
        (97, PQ, 99),
        (191, HLG, 231),
        (0, PQ, 0),
        (255, HLG, 255),
        (192, PQ, 255),
    ],
)
def test_hdr_is_tone_mapped(kind: str, code: int, transfer: int, light: int) -> None:
    assert shown(plain((code,) * 3, kind, BT2020, transfer)) == pytest.approx((light,) * 3, abs=5)


def test_tone_mapping_rises_without_bends() -> None:
    lights = [tone_mapped(luminance) for luminance in range(1001)]
    steps = [after - before for before, after in pairwise(lights)]

    assert all(step > 0 for step in steps)
    assert max(abs(a - b) for a, b in pairwise(steps)) < 0.0002
    assert lights[-1] == pytest.approx(1)


def test_png_gamma_is_applied() -> None:
    info, target = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add(b"gAMA", struct.pack(">L", 100_000))
    Image.new("RGB", (64, 64), (55, 55, 55)).save(target, "PNG", pnginfo=info)

    assert shown(target.getvalue()) == pytest.approx((128, 128, 128), abs=4)


def test_png_usual_gamma_changes_nothing() -> None:
    info, target = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add(b"gAMA", struct.pack(">L", 45_455))
    Image.new("RGB", (64, 64), (55, 90, 55)).save(target, "PNG", pnginfo=info)

    assert shown(target.getvalue()) == pytest.approx((55, 90, 55), abs=4)


@pytest.mark.parametrize("points", [bytes(32), b"\xff" * 32])
def test_impossible_chromaticities_are_ignored(points: bytes) -> None:
    info, target = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add(b"gAMA", struct.pack(">L", 100_000))
    info.add(b"cHRM", points)
    Image.new("RGB", (64, 64), (55, 90, 55)).save(target, "PNG", pnginfo=info)

    assert set(render(open_picture(target.getvalue()))) == {"large", "medium", "thumb"}


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
@pytest.mark.parametrize("numbers", [(0, 0, 3), (3, 19, 255), (65535, 65535, 65535)])
def test_numbers_without_meaning_are_ignored(kind: str, numbers: tuple[int, int, int]) -> None:
    before, _, after = plain((200, 100, 50), kind, SRGB, SRGB_CURVE).partition(b"nclx")

    body = before + b"nclx" + struct.pack(">HHH", *numbers) + after[6:]

    assert shown(body) == pytest.approx((200, 100, 50), abs=12)


def test_profile_of_heif_comes_first() -> None:
    target = io.BytesIO()
    image = Image.new("RGB", (64, 64), (200, 100, 50))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    heif = pillow_heif.from_pillow(image)
    heif.info["icc_profile"] = profile
    heif.info["icc_profile_type"] = "prof"
    heif.save(target, quality=95, chroma=444)

    assert shown(target.getvalue()) == pytest.approx((200, 100, 50), abs=5)


def test_profile_of_avif_comes_before_numbers() -> None:
    linear, target = build_profile(BT709, gamma_curve(1.0)), io.BytesIO()
    image = Image.new("RGB", (64, 64), (55, 55, 55))
    image.save(target, "AVIF", quality=95, subsampling="4:4:4", icc_profile=linear)
    body = target.getvalue()
    codes = struct.pack(">HH", BT2020, PQ)
    before, _, after = body.partition(b"nclx")

    assert b"prof" in body
    assert shown(before + b"nclx" + codes + after[4:]) == pytest.approx((128, 128, 128), abs=5)


def test_profile_that_does_not_fit_is_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    target = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 100, 50)).save(target, "JPEG", icc_profile=lab)

    assert shown(target.getvalue()) == pytest.approx((200, 100, 50), abs=5)


def grey_profile() -> bytes:
    """Return a grey profile with one curve, made of one of colours."""
    body = build_profile(BT709, gamma_curve(1.0))
    assert body
    return body[:16] + b"GRAY" + body[20:].replace(b"rTRC", b"kTRC")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_grey_profile_takes_no_colors(kind: str) -> None:
    target = io.BytesIO()
    image = Image.new("RGB", (64, 64), (200, 100, 50))
    image.save(target, kind, icc_profile=grey_profile(), quality=95)

    assert shown(target.getvalue()) == pytest.approx((200, 100, 50), abs=5)


def test_grey_profile_takes_no_colors_of_print() -> None:
    target = io.BytesIO()
    image = Image.new("RGB", (64, 64), (200, 100, 50)).convert("CMYK")
    image.save(target, "JPEG", icc_profile=grey_profile(), quality=95)

    assert shown(target.getvalue()) == pytest.approx((200, 100, 50), abs=5)


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_profile_is_applied_to_greys(mode: str) -> None:
    target = io.BytesIO()
    Image.new("L", (64, 64), 55).convert(mode).save(target, "PNG", icc_profile=grey_profile())

    assert shown(target.getvalue())[0] == pytest.approx(128, abs=3)


def test_real_heic_keeps_its_profile() -> None:
    body = shared_photos().get("IMG_5195.HEIC")
    if body is None:
        pytest.skip("no photographs beside the checkout")

    assert open_picture(body).image.info["icc_profile_type"] == "prof"
    assert shown(body) != (0, 0, 0)
