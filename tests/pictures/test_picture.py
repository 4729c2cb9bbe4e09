"""Pictures: what is decoded, and what of it is shown to guests."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lambdas.pictures.picture import Undecodable, open_picture, render, upright_size
from lambdas.pictures.sizes import SIZES
from tests.pictures.drawing import SECRET, draw_photo
from tests.pictures.heavy import png_chunk, png_file
from tests.shared_photos import shared_photos

KINDS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")


def shown(body: bytes) -> dict[str, Image.Image]:
    return {
        name: Image.open(io.BytesIO(picture))
        for name, picture in render(open_picture(body)).items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_has_three_sizes(kind: str) -> None:
    pictures = shown(draw_photo(kind, (3000, 2000)))

    assert {name: picture.size for name, picture in pictures.items()} == {
        "large": (2000, 1333),
        "medium": (1080, 720),
        "thumb": (480, 320),
    }
    assert {picture.format for picture in pictures.values()} == {"WEBP"}


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_are_removed(kind: str) -> None:
    body = draw_photo(kind, (700, 500))
    assert SECRET.encode() in body, "the photo of the test has no metadata"

    for picture in render(open_picture(body)).values():
        assert SECRET.encode() not in picture
        assert {chunk for chunk, _ in webp_chunks(picture)} <= {b"VP8 "}


def test_metadata_of_real_photographs_are_removed() -> None:
    for name, body in shared_photos().items():
        for picture in render(open_picture(body)).values():
            assert {chunk for chunk, _ in webp_chunks(picture)} <= {b"VP8 "}, name


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(orientation: int) -> None:
    upright = Image.open(io.BytesIO(draw_photo("PNG", (640, 480))))
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored, exif, body = (
        upright.transpose(undo) if undo is not None else upright,
        Image.Exif(),
        io.BytesIO(),
    )
    exif[0x0112] = orientation
    stored.convert("RGB").save(body, "JPEG", quality=95, exif=exif)

    picture = shown(body.getvalue())["large"].convert("RGB")

    assert upright_size(open_picture(body.getvalue())) == picture.size == (640, 480)
    red, blue = picture.getpixel((20, 20)), picture.getpixel((620, 20))
    assert red[0] > 180 > red[2]  # type: ignore[index]
    assert blue[2] > 150 > blue[0]  # type: ignore[index]


def test_pictures_are_never_enlarged() -> None:
    assert {picture.size for picture in shown(draw_photo(size=(100, 60))).values()} == {(100, 60)}


def test_transparency_becomes_white() -> None:
    body = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(body, "PNG")

    assert min(shown(body.getvalue())["thumb"].convert("RGB").getpixel((25, 25))) > 250  # type: ignore[arg-type]


def test_unusual_modes_are_shown() -> None:
    for mode, kind in (
        ("I;16", "PNG"),
        ("CMYK", "JPEG"),
        ("L", "JPEG"),
        ("P", "PNG"),
        ("1", "PNG"),
    ):
        body = io.BytesIO()
        Image.new(mode, (64, 48)).save(body, kind)
        assert shown(body.getvalue())["thumb"].size == (64, 48), mode


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_general_brands_are_decoded(kind: str) -> None:
    body = draw_photo(kind)
    brand = body[8:12]
    assert body.count(brand, 0, 40) > 1

    pictures = shown(body[:8] + b"mif1" + body[12:])

    assert set(pictures) == {"large", "medium", "thumb"}


def test_deep_grey_ignores_transparency() -> None:
    body, image = io.BytesIO(), Image.new("I;16", (64, 64), 20_000)
    image.save(body, "PNG", transparency=0)

    assert shown(body.getvalue())["thumb"].convert("L").getpixel((30, 30)) < 120  # type: ignore[operator]


def test_unfitting_profile_keeps_the_picture() -> None:
    from PIL import ImageCms

    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    body = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 100, 50)).save(body, "JPEG", icc_profile=swapped)

    assert shown(body.getvalue())["thumb"].size == (64, 64), (
        "a profile that does not fit must not lose the picture"
    )


def test_bombs_are_refused_by_header() -> None:
    with pytest.raises(Undecodable) as refused:
        open_picture(png_header(30_000, 30_000))

    assert refused.value.reason == "too_many_pixels"


NO_PHOTOS = (
    b"",
    b"<html><script>alert(1)</script>",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"GIF89a" + b"\0" * 50,
)


@pytest.mark.parametrize("body", NO_PHOTOS)
def test_other_files_are_refused(body: bytes) -> None:
    with pytest.raises(Undecodable) as refused:
        open_picture(body)

    assert refused.value.reason == "not_a_picture"


def test_half_a_photo_is_refused() -> None:
    body = draw_photo(size=(1000, 800))

    with pytest.raises(Undecodable) as refused:
        render(open_picture(body[: len(body) // 2]))

    assert refused.value.reason == "damaged"


@settings(max_examples=150)
@given(st.sampled_from(KINDS), st.data())
def test_any_damage_is_handled(kind: str, data: st.DataObject) -> None:
    body = bytearray(draw_photo(kind, (96, 64)))
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        pictures = render(open_picture(bytes(body)))
    except Undecodable:
        return
    assert set(pictures) == set(SIZES)


def webp_chunks(body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the chunks of a WebP file: without metadata and transparency there is one."""
    assert body[:4] == b"RIFF"
    assert body[8:12] == b"WEBP"
    chunks, position = [], 12
    while position < len(body):
        size = struct.unpack("<I", body[position + 4 : position + 8])[0]
        chunks.append((body[position : position + 4], body[position + 8 : position + 8 + size]))
        position += 8 + size + size % 2
    return chunks


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return png_file(header, [png_chunk(b"IDAT", zlib.compress(b"\0" * 100))])
