"""The one grey or colour of a PNG file that is transparent: it is shown as white."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from lambdas.pictures.picture import open_picture, render
from tests.pictures.heavy import png_chunk, png_file

GREY, COLOR = 0, 2
WHITE = 255


def png(depth: int, color: int, left: int, right: int, transparent: bytes, size: int = 64) -> bytes:
    """Return a picture of two halves; the values are those of each sample."""
    samples, half = (3 if color == COLOR else 1), size // 2
    bits = "".join(f"{value:0{depth}b}" * (half * samples) for value in (left, right))
    row = b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    header = struct.pack(">IIBBBBB", size, size, depth, color, 0, 0, 0)
    chunks = [png_chunk(b"tRNS", transparent), png_chunk(b"IDAT", zlib.compress(row * size))]
    return png_file(header, chunks)


def halves(body: bytes) -> tuple[int, int]:
    """Return how light both halves are shown."""
    image = Image.open(io.BytesIO(render(open_picture(body))["large"])).convert("L")
    start = image.height // 2 * image.width
    row = image.tobytes()[start : start + image.width]
    return row[image.width // 4], row[image.width * 3 // 4]


@pytest.mark.parametrize(
    ("depth", "color", "left", "right", "light"),
    [
        (1, GREY, 0, 1, 255),
        (2, GREY, 1, 2, 170),
        (4, GREY, 7, 5, 85),
        (8, GREY, 40, 60, 60),
        (16, GREY, 0, 20_000, 78),
        (16, GREY, 20_000, 20_001, 78),
        (8, COLOR, 40, 60, 60),
        (16, COLOR, 10_000, 20_000, 78),
    ],
)
def test_one_value_is_transparent(
    depth: int, color: int, left: int, right: int, light: int
) -> None:
    key = struct.pack(">H", left) * (3 if color == COLOR else 1)

    shown = halves(png(depth, color, left, right, key))

    assert shown == pytest.approx((WHITE, light), abs=3)


def test_large_picture_of_deep_greys() -> None:
    body = png(16, GREY, 0, 20_000, b"\0\0", size=4400)

    assert halves(body) == pytest.approx((WHITE, 78), abs=3)


@pytest.mark.parametrize("color", [GREY, COLOR])
def test_short_chunk_is_ignored(color: int) -> None:
    body = png(8, color, 40, 60, b"\0")

    assert halves(body) == pytest.approx((40, 60), abs=3)
