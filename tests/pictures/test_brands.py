"""Brands of HEIF and AVIF files: what is coded in a file decides, not what it is called."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.pictures.brands import brands, with_brand
from lambdas.pictures.picture import open_picture, render
from lambdas.pictures.undecodable import UnknownFormat
from tests.pictures.drawing import draw, draw_photo

BODIES = {kind: draw_photo(kind, (64, 48)) for kind in ("HEIF", "AVIF")}
MAJOR = (b"abcd", b"miaf", b"MiHE", b"1pic", b"mif2", b"isom", b"heic", b"avif", b"avis", b"hevc")
COMPATIBLE = (b"mif1", b"miaf", b"heic", b"avif", b"msf1", b"avis", b"hevc", b"zzzz")


def branded(body: bytes, major: bytes, *compatible: bytes) -> bytes:
    """Return the file with other brands; the last is repeated to keep its length."""
    count = int.from_bytes(body[:4], "big") // 4 - 4
    wanted = [*compatible, *compatible[-1:] * count][:count]
    return b"".join([body[:8], major, body[12:16], *wanted, body[16 + 4 * count :]])


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("major", MAJOR)
@pytest.mark.parametrize("compatible", COMPATIBLE)
def test_any_brands_are_opened(kind: str, major: bytes, compatible: bytes) -> None:
    picture = open_picture(branded(BODIES[kind], major, compatible))

    assert picture.image.format == kind
    assert set(render(picture)) == {"thumb", "medium", "large"}


def test_animations_keep_their_brand() -> None:
    target = io.BytesIO()
    draw((64, 48)).save(target, "AVIF", save_all=True, append_images=[draw((64, 48), 9)])

    picture = open_picture(branded(target.getvalue(), b"abcd", b"avis"))

    assert picture.image.size == (64, 48)


@pytest.mark.parametrize("brand", [b"mp42", b"isom", b"qt  ", b"M4V ", b"3gp5"])
def test_films_are_no_photos(brand: bytes) -> None:
    body = b"\0\0\0\x14ftyp" + brand + b"\0\0\0\0isom\0\0\0\x08moov\0\0\0\x08mdat"

    with pytest.raises(UnknownFormat):
        open_picture(body)


@given(st.binary(max_size=80), st.booleans())
def test_any_box_keeps_its_length(rest: bytes, is_av1: bool) -> None:
    body = b"\0\0\0\x20ftyp" + rest

    assert len(with_brand(body, is_av1=is_av1)) >= len(body)
    assert len(brands(body)) <= 65
