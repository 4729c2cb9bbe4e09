"""Colours that only the coded picture names: no `colr` box repeats them."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lambdas.pictures.av1 import colors_of_av1
from lambdas.pictures.bits import BitReader, OutOfData
from lambdas.pictures.bmff import read_bmff
from lambdas.pictures.cicp import Cicp
from lambdas.pictures.hevc import colors_of_hevc
from lambdas.pictures.undecodable import Undecodable
from tests.pictures.test_color import BT2020, HLG, LINEAR, P3, PQ, SRGB, SRGB_CURVE, Color, shown

CASES = [
    ((200, 100, 50), SRGB, SRGB_CURVE, (200, 100, 50)),
    ((200, 100, 50), P3, SRGB_CURVE, (215, 93, 30)),
    ((55, 55, 55), SRGB, LINEAR, (128, 128, 128)),
    ((148, 148, 148), BT2020, PQ, (231, 231, 231)),
    ((191, 191, 191), BT2020, HLG, (231, 231, 231)),
]


def heic(
    color: Color,
    primaries: int = P3,
    transfer: int = SRGB_CURVE,
    size: int = 64,
    encoder: dict[str, str] | None = None,
) -> bytes:
    """Return a picture whose codes are in the parameter set alone."""
    target, image = io.BytesIO(), Image.new("RGB", (size, size), color)
    codes = {"color_primaries": primaries, "transfer_characteristics": transfer}
    pillow_heif.from_pillow(image).save(
        target,
        quality=95,
        chroma=444,
        matrix_coefficients=1,
        full_range_flag=1,
        enc_params=dict(encoder or {}),
        **codes,
    )
    return without_box(target.getvalue())


def avif(color: Color, primaries: int = P3, transfer: int = SRGB_CURVE) -> bytes:
    """Return a picture whose codes are in the sequence header alone."""
    codes = {
        "color-primaries": str(primaries),
        "transfer-characteristics": str(transfer),
    }
    target, image = io.BytesIO(), Image.new("RGB", (64, 64), color)
    image.save(target, "AVIF", quality=95, subsampling="4:4:4", codec="aom", advanced=codes)
    return without_box(target.getvalue())


def without_box(body: bytes) -> bytes:
    assert body.count(b"colr") == 1
    return body.replace(b"colr", b"free")


def box(body: bytes, kind: bytes) -> bytes:
    """Return the content of the first box of a type."""
    at = body.index(kind)
    return body[at + 4 : at - 4 + int.from_bytes(body[at - 4 : at], "big")]


MAKERS = pytest.mark.parametrize("make", [heic, avif])
Make = Callable[..., bytes]


@MAKERS
@pytest.mark.parametrize(("color", "primaries", "transfer", "expected"), CASES)
def test_bitstream_codes_become_srgb(
    make: Make, color: Color, primaries: int, transfer: int, expected: Color
) -> None:
    assert shown(make(color, primaries, transfer)) == pytest.approx(expected, abs=5)


@MAKERS
def test_codes_of_the_box_come_first(make: Make) -> None:
    body = make((200, 100, 50), P3).replace(b"freenclx", b"colrnclx")
    at = body.index(b"nclx") + 4
    named = body[:at] + bytes([0, BT2020, 0, PQ]) + body[at + 4 :]

    assert read_bmff(named).cicp == Cicp(BT2020, PQ)


@pytest.mark.parametrize("kind", [b"prof", b"rICC"])
def test_a_profile_comes_first(kind: bytes) -> None:
    body = heic((200, 100, 50)).replace(b"freenclx", b"colr" + kind)

    assert read_bmff(body).cicp is None


def test_unnamed_colors_are_srgb() -> None:
    assert shown(heic((200, 100, 50), 2, 2)) == pytest.approx((200, 100, 50), abs=5)


def test_av1_configuration_may_hold_the_header() -> None:
    body = avif((200, 100, 50))
    at = body.index(b"mdat") + 4
    # A temporal delimiter (two bytes), then the sequence header.
    header = body[at + 2 :]

    assert colors_of_av1(b"\x81\0\0\0" + header, b"") == Cicp(P3, SRGB_CURVE)
    assert colors_of_av1(b"\x81\0\0\0", body[at:]) == Cicp(P3, SRGB_CURVE)
    assert colors_of_av1(b"\x81\0\0\0", b"") is None


@pytest.mark.parametrize(
    ("option", "value"), [("scaling-list", "default"), ("sar", "2"), ("overscan", "show")]
)
def test_what_precedes_the_codes_is_skipped(option: str, value: str) -> None:
    body = heic((200, 100, 50), encoder={f"x265:{option}": value})

    assert box(body, b"hvcC") != CONFIGURATION
    assert read_bmff(body).cicp == Cicp(P3, SRGB_CURVE)


def test_headers_of_animations_are_read() -> None:
    """They are the long form of AV1's, with times and tools."""
    target, image = io.BytesIO(), Image.new("RGB", (64, 64), (200, 100, 50))
    image.save(
        target,
        "AVIF",
        save_all=True,
        append_images=[Image.new("RGB", (64, 64))],
        codec="aom",
        advanced={"color-primaries": str(P3)},
    )

    assert read_bmff(target.getvalue().replace(b"colr", b"free")).cicp == Cicp(P3, SRGB_CURVE)


def test_emulated_start_codes_are_undone() -> None:
    """The parameter set of every width is read, whatever bytes it happens to contain."""
    for size in range(64, 80, 2):
        assert colors_of_hevc(box(heic((9, 9, 9), size=size), b"hvcC")) == Cicp(P3, SRGB_CURVE)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_cut_and_changed_headers_are_harmless(data: st.DataObject) -> None:
    configuration = bytearray(CONFIGURATION)
    for _ in range(data.draw(st.integers(0, 4))):
        index = data.draw(st.integers(0, len(configuration) - 1))
        configuration[index] = data.draw(st.integers(0, 255))
    cut = bytes(configuration[: data.draw(st.integers(0, len(configuration)))])

    assert isinstance(colors_of_hevc(cut), Cicp | None)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_harmless(body: bytes) -> None:
    record = bytes(22) + b"\x01\x21\0\x01" + len(body).to_bytes(2, "big") + body

    assert isinstance(colors_of_hevc(record), Cicp | None)
    assert isinstance(colors_of_av1(bytes(4) + body, body), Cicp | None)
    assert isinstance(colors_of_av1(b"", b"\x0a" + body), Cicp | None)


@given(st.integers(0, 100_000))
@settings(max_examples=50, deadline=None)
def test_damaged_files_are_harmless(at: int) -> None:
    body = bytearray(WHOLE)
    body[at % len(body)] ^= 0xFF
    with contextlib.suppress(Undecodable):
        read_bmff(bytes(body))


def test_long_codes_end() -> None:
    with pytest.raises(OutOfData):
        BitReader(bytes(100)).exp_golomb()
    assert BitReader(b"\xa6\x42").exp_golomb() == 0


WHOLE = heic((200, 100, 50))
CONFIGURATION = box(WHOLE, b"hvcC")
