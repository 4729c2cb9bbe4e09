"""Files that lack their end, or hold segments that decoders stumble over."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, ImageDraw

from lambdas.pictures.bmff import read_bmff
from lambdas.pictures.exif import parse_exif
from tests.pictures.test_damage import noisy, shown


@pytest.mark.parametrize("cut", [1, 2, 7, 30, 31, 100, 233, 900, 2500])
def test_avif_may_lack_any_end(cut: int) -> None:
    body = detailed("AVIF")
    pictures = shown(body[:-cut])

    assert pictures.damaged
    assert pictures.missing == pytest.approx(cut / len(body), abs=0.06)


@pytest.mark.parametrize("marker", [b"\xff\xee\0\x07Adobe", b"\xff\xe0\0\x07JFIF\0"])
def test_short_segments_are_ignored(marker: bytes) -> None:
    body = noisy("JPEG")

    assert not shown(body[:20] + marker + body[20:]).damaged
    assert not shown(body[:2] + marker + body[2:]).damaged


def changed(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 0x10]) + body[at + 1 :]


def detailed(kind: str, size: tuple[int, int] = (400, 300)) -> bytes:
    """Return a picture of small things, the same in each run."""
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    pen, target = ImageDraw.Draw(image), io.BytesIO()
    for n in range(700):
        x, y = n * 73 % size[0], n * 149 % size[1]
        color = (n * 37 % 256, n * 91 % 256, n * 53 % 256)
        pen.ellipse((x, y, x + n % 29, y + n % 17), fill=color)
    image.save(target, kind)
    return target.getvalue()


def test_avif_may_be_damaged_late() -> None:
    """Most changes are possible pictures to its decoder, which does not see them."""
    body = detailed("AVIF")
    late = range(len(body) * 9 // 10, len(body) - 60, len(body) // 200)
    found = [shown(body[:at] + bytes(50) + body[at + 50 :]) for at in late]

    assert any(pictures.damaged for pictures in found)
    assert all(pictures.missing < 0.2 for pictures in found)


def test_webp_may_run_out_of_data() -> None:
    """A decoder that has lost its place needs more data than there are, and gives nothing."""
    body = noisy("WEBP", exif=b"Exif\0\0")
    found = [shown(changed(body, at)) for at in range(len(body) // 2, len(body), len(body) // 8)]

    assert any(pictures.damaged for pictures in found)
    assert all(pictures.missing < 0.2 for pictures in found)


@pytest.mark.parametrize("mode", ["RGB", "P", "L"])
def test_png_is_measured_to_the_damage(mode: str) -> None:
    """A wrong checksum, of the chunk or of all data, hides no row."""
    target = io.BytesIO()
    Image.effect_noise((400, 300), 60).convert("RGB").convert(mode).save(target, "PNG")
    body = target.getvalue()
    pictures = shown(changed(body, len(body) * 9 // 10))

    assert pictures.damaged
    assert pictures.missing < 0.12


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">L4s", 8 + len(body), kind) + body


def test_exif_may_lie_in_the_item_data() -> None:
    """Places in the box `idat` are counted from its beginning (construction method 1)."""
    exif = Image.Exif()
    exif[0x0132] = "2026:04:29 10:11:12"
    data = b"before" + b"\0\0\0\0" + exif.tobytes().removeprefix(b"Exif\0\0")
    place = struct.pack(">BBHHHHHLL", 0x44, 0, 1, 7, 1, 0, 1, 6, len(data) - 6)
    meta = box(
        b"meta",
        bytes(4),
        box(b"iloc", b"\1\0\0\0", place),
        box(b"iinf", bytes(4), b"\0\1", box(b"infe", b"\2\0\0\0", b"\0\7\0\0", b"Exif\0")),
        box(b"idat", data),
    )
    source = read_bmff(box(b"ftyp", b"heic", bytes(4), b"mif1") + meta)

    assert parse_exif(source.metadata.exif).texts[0x0132] == "2026:04:29 10:11:12"
