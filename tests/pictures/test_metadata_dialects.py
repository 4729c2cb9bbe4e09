"""Metadata where programs put them: text chunks of PNG, other encodings of XMP, GPS."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from lambdas.pictures.capture_time import capture_time
from lambdas.pictures.exif import parse_exif
from lambdas.pictures.picture import Picture, open_picture
from tests.conftest import NOW
from tests.pictures.drawing import draw

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
UTC_TIME = datetime(2026, 4, 29, 10, 0, 0, tzinfo=UTC)
XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"
PACKET = (
    "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
    "<rdf:Description xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Orientation='6'"
    " xmp:CreateDate='2026-04-29T12:00:00+02:00'/></x:xmpmeta>"
)


def taken(picture: Picture) -> datetime | None:
    return capture_time(picture, LOS_ANGELES, NOW)


def exif_block() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769).update({0x9003: "2026:04:29 12:00:00", 0x9011: "+02:00"})
    return exif.tobytes()


def iptc_block() -> bytes:
    values = {55: b"20260429", 60: b"120000+0200"}
    return b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(text)) + text for number, text in values.items()
    )


def irb_block() -> bytes:
    records = iptc_block()
    return b"8BIM\x04\x04\0\0" + struct.pack(">L", len(records)) + records


def png_with(keyword: str, text: str, *, packed: bool = False) -> bytes:
    info, target = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add_text(keyword, text, zip=packed)
    draw((64, 48)).save(target, "PNG", pnginfo=info)
    return target.getvalue()


def as_digits(name: str, block: bytes) -> str:
    lines = "\n".join(block[start : start + 36].hex() for start in range(0, len(block), 36))
    return f"\n{name}\n{len(block):8}\n{lines}\n"


BLOCKS = [
    ("exif", exif_block()),
    ("exif", exif_block().removeprefix(b"Exif\0\0")),
    ("APP1", exif_block()),
    ("APP1", XMP_NAME + PACKET.encode()),
    ("xmp", PACKET.encode()),
    ("xmp", PACKET.encode("utf-16")),
    ("iptc", irb_block()),
    ("iptc", iptc_block()),
    ("8bim", irb_block()),
]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("named", ["generic", "exif"])
@pytest.mark.parametrize(("kind", "block"), BLOCKS)
def test_png_holds_blocks_as_digits(kind: str, block: bytes, named: str, packed: bool) -> None:
    body = png_with(f"Raw profile type {kind}", as_digits(named, block), packed=packed)
    picture = open_picture(body)

    assert taken(picture) == UTC_TIME
    assert picture.orientation == (1 if kind in ("iptc", "8bim") else 6)


def test_digits_may_be_cut_off() -> None:
    body = png_with("Raw profile type exif", as_digits("exif", exif_block() + b"\0").rstrip()[:-1])

    assert taken(open_picture(body)) == UTC_TIME


def test_many_packed_texts_are_bounded() -> None:
    info, target = PngImagePlugin.PngInfo(), io.BytesIO()
    for _ in range(500):
        info.add_text("Raw profile type exif", "0" * 2_000_000, zip=True)
    draw((64, 48)).save(target, "PNG", pnginfo=info)

    assert taken(open_picture(target.getvalue())) is None


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("Creation Time", "Wed, 29 Apr 2026 12:00:00 +0200"),
        ("Creation Time", "29 Apr 2026 10:00:00 GMT"),
        ("Creation Time", "2026-04-29T12:00:00+02:00"),
        ("exif:DateTimeOriginal", "2026:04:29 03:00:00"),
    ],
)
def test_png_texts_say_the_time(keyword: str, text: str) -> None:
    assert taken(open_picture(png_with(keyword, text))) == UTC_TIME


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-16", "utf-32"])
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "PNG"])
def test_xmp_has_any_encoding(kind: str, encoding: str) -> None:
    target, packet = io.BytesIO(), PACKET.encode(encoding)
    if kind == "PNG":
        body = png_with("Raw profile type xmp", as_digits("xmp", packet))
    else:
        draw((64, 48)).save(target, kind, xmp=packet)
        body = target.getvalue()
    picture = open_picture(body)

    assert taken(picture) == UTC_TIME
    assert picture.orientation == (1 if kind == "AVIF" else 6)


@pytest.mark.parametrize("kind", [1, 2, 7, 129])
def test_times_may_be_bytes(kind: int) -> None:
    text, target = b"2026:04:29 03:00:00\0", io.BytesIO()
    block = b"MM\0*\0\0\0\x08\0\1" + struct.pack(">HHLL", 0x9003, kind, 20, 26) + bytes(4) + text
    draw((64, 48)).save(target, "JPEG", exif=b"Exif\0\0" + block)

    assert taken(open_picture(target.getvalue())) == UTC_TIME


def with_gps(day: str, clock: tuple[float, float, float], **texts: str) -> bytes:
    exif, target = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8825).update({29: day, 7: clock})
    if "original" in texts:
        exif.get_ifd(0x8769)[0x9003] = texts["original"]
    draw((64, 48)).save(target, "JPEG", exif=exif)
    return target.getvalue()


def test_satellites_say_the_time() -> None:
    assert taken(open_picture(with_gps("2026:04:29", (10.0, 0.0, 0.75)))) == UTC_TIME


def test_the_clock_comes_before_satellites() -> None:
    body = with_gps("2026:04:28", (1.0, 2.0, 3.0), original="2026:04:29 03:00:00")

    assert taken(open_picture(body)) == UTC_TIME


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_gps_is_handled(rest: bytes) -> None:
    block = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHLL", 0x8825, 4, 1, 26) + b"\0\0\0\0" + rest

    assert isinstance(parse_exif(block).gps_time, str)


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_any_creation_time_is_handled(text: str) -> None:
    body = png_with("Creation Time", text.encode("latin-1", "replace").decode("latin-1"))

    assert isinstance(taken(open_picture(body)), datetime | None)
