"""When a picture was taken, according to its metadata."""

from __future__ import annotations

import io
import struct
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from lambdas.pictures.capture_time import capture_time
from lambdas.pictures.iptc import iptc_times, irb_records
from lambdas.pictures.picture import open_picture
from lambdas.pictures.xmp import xmp_values
from tests.conftest import NOW
from tests.pictures.drawing import draw_photo
from tests.shared_photos import shared_photos

EXIF_IFD = 0x8769
NAMESPACES = """xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:ps="http://ns.adobe.com/photoshop/1.0/"
 xmlns:xap="http://ns.adobe.com/xap/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" """

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


def taken(body: bytes, now: datetime = NOW) -> datetime | None:
    return capture_time(open_picture(body), LOS_ANGELES, now)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_time_without_offset_is_local(kind: str) -> None:
    assert taken(draw_photo(kind)) == datetime(2026, 4, 29, 17, 11, 12, tzinfo=UTC)


def test_offset_replaces_the_zone() -> None:
    assert taken(draw_photo(offset="+03:00")) == datetime(2026, 4, 29, 7, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize("offset", ["+99:99", "+15:00", "+0860", "x", "05:30"])
def test_impossible_offset_is_ignored(offset: str) -> None:
    assert taken(draw_photo(offset=offset)) == datetime(2026, 4, 29, 17, 11, 12, tzinfo=UTC)


def test_xmp_follows_exif() -> None:
    assert taken(draw_photo(taken=None)) == datetime(2020, 1, 2, 2, 4, 5, tzinfo=UTC)


def test_absent_time_is_none() -> None:
    assert taken(draw_photo(taken=None, with_xmp=False)) is None


NONSENSE = (
    "0000:00:00 00:00:00",
    "2026:13:40 25:61:61",
    "    :  :     :  :  ",
    "9999:12:31 23:59:59",
    "x",
    "2031:01:01 00:00:00",
    # Clocks that were never set, in a zone's time.
    "1970:01:01 01:00:00",
    "1969:12:31 16:00:00",
    "1980:01:01 00:00:12",
    "1904:01:01 00:00:00",
)


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_impossible_time_is_skipped(nonsense: str) -> None:
    assert taken(draw_photo(taken=nonsense)) == datetime(2020, 1, 2, 2, 4, 5, tzinfo=UTC)


def test_scans_of_old_pictures_keep_their_time() -> None:
    assert taken(draw_photo(taken="1970:06:01 12:00:00")) == datetime(1970, 6, 1, 19, tzinfo=UTC)


def test_skipped_hour_is_a_time() -> None:
    # 02:30 did not exist on 2026-03-08 in Los Angeles; a camera that was not set may record it.
    assert taken(draw_photo(taken="2026:03:08 02:30:00")) == datetime(
        2026, 3, 8, 10, 30, tzinfo=UTC
    )


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_exif_is_handled(raw: bytes) -> None:
    body = io.BytesIO()
    Image.new("RGB", (8, 8)).save(body, "JPEG", exif=b"Exif\0\0" + raw)

    result = taken(body.getvalue())

    assert result is None or result.tzinfo is UTC


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_any_text_is_handled(text: str) -> None:
    result = taken(draw_photo(size=(8, 8), taken=text or "x", with_xmp=False))

    assert result is None or result <= datetime(2026, 4, 30, 18, 0, tzinfo=UTC)


def test_real_photographs_have_times() -> None:
    expected = {
        "DSCN0010.jpg": "2008-10-22T23:28:39+00:00",
        "HMD_Nokia_8.3_5G.jpg": "2022-08-14T11:12:31+00:00",
        "IMG_5195.HEIC": "2021-04-11T20:47:53+00:00",
        "iphone_hdr_YES.jpg": "2015-04-11T03:12:23+00:00",
    }
    photos = shared_photos()
    found = {
        name: str(taken(photos[name])).replace(" ", "T") for name in expected if name in photos
    }

    assert found == {name: time for name, time in expected.items() if name in photos}


def with_exif(main: dict[int, str], details: dict[int, str]) -> bytes:
    exif, body = Image.Exif(), io.BytesIO()
    exif.update(main)
    exif.get_ifd(EXIF_IFD).update(details)
    Image.new("RGB", (8, 8)).save(body, "JPEG", exif=exif)
    return body.getvalue()


def with_xmp(content: str, kind: str = "JPEG") -> bytes:
    packet = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF {NAMESPACES}>{content}</rdf:RDF>"
    body = io.BytesIO()
    Image.new("RGB", (8, 8)).save(body, kind, xmp=packet.encode())
    return body.getvalue()


def with_iptc(records: dict[int, str]) -> bytes:
    data = b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(text)) + text.encode()
        for number, text in records.items()
    )
    block = b"8BIM\x03\xed\0\0" + struct.pack(">L", 3) + b"abc\0"
    block += b"8BIM\x04\x04\0\0" + struct.pack(">L", len(data)) + data
    segment = b"Photoshop 3.0\0" + block
    body = io.BytesIO()
    Image.new("RGB", (8, 8)).save(body, "JPEG")
    head, rest = body.getvalue()[:2], body.getvalue()[2:]
    return head + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + rest


TIME, UTC_TIME = "2026:04:29 10:00:00", datetime(2026, 4, 29, 10, tzinfo=UTC)
LOCAL_TIME = UTC_TIME + timedelta(hours=7)


@pytest.mark.parametrize(
    ("main", "details", "expected"),
    [
        ({}, {0x9003: TIME, 0x9011: "+00:00"}, UTC_TIME),
        ({}, {0x9003: TIME, 0x9010: "+00:00"}, LOCAL_TIME),
        ({}, {0x9003: TIME, 0x9012: "+00:00"}, LOCAL_TIME),
        ({}, {0x9004: TIME, 0x9012: "+00:00"}, UTC_TIME),
        ({}, {0x9004: TIME, 0x9011: "+00:00"}, LOCAL_TIME),
        ({0x0132: TIME}, {0x9010: "+00:00"}, UTC_TIME),
        ({0x0132: TIME}, {0x9011: "+00:00"}, LOCAL_TIME),
    ],
)
def test_each_time_has_its_offset(
    main: dict[int, str], details: dict[int, str], expected: datetime
) -> None:
    assert taken(with_exif(main, details)) == expected


WRITTEN = "2026-04-29T12:00:00+02:00"


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize(
    "content",
    [
        f"<rdf:Description exif:DateTimeOriginal='{WRITTEN}'/>",
        f"<exif:DateTimeOriginal>{WRITTEN}</exif:DateTimeOriginal>",
        f"<exif:DateTimeOriginal><rdf:Seq><rdf:li>{WRITTEN}</rdf:li></rdf:Seq>",
        f"<photoshop:DateCreated>\n {WRITTEN}\n</photoshop:DateCreated>",
        f"<rdf:Description ps:DateCreated = '{WRITTEN}'/>",
        f"<xap:CreateDate rdf:datatype='date'>{WRITTEN}</xap:CreateDate>",
        "<rdf:Description xmp:CreateDate='2026-04-29T10:00Z'/>",
        "<rdf:Description xmp:CreateDate='2026-04-29T10:00:00.123456Z'/>",
        "<exif:DateTimeDigitized>2026:04:29 12:00:00+02:00</exif:DateTimeDigitized>",
        "<x exif:DateTimeOriginal='2026-04-29T12:00:00' exif:OffsetTimeOriginal='+02:00'/>",
        f"<dc:date><rdf:Seq><rdf:li>{WRITTEN}</rdf:li></rdf:Seq></dc:date>",
    ],
)
def test_dialects_of_xmp_are_read(content: str, kind: str) -> None:
    assert taken(with_xmp(content, kind)) == UTC_TIME


def test_xmp_of_png_is_read() -> None:
    info, body = PngImagePlugin.PngInfo(), io.BytesIO()
    packet = f"<rdf:Description xmp:CreateDate='{WRITTEN}'/>"
    info.add_itxt("XML:com.adobe.xmp", packet, zip=True)
    Image.new("RGB", (8, 8)).save(body, "PNG", pnginfo=info)

    assert taken(body.getvalue()) == UTC_TIME


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({55: "20260429", 60: "120000+0200"}, UTC_TIME),
        ({55: "20260429", 60: "100000"}, LOCAL_TIME),
        ({62: "20260429", 63: "120000+0200"}, UTC_TIME),
        ({55: "20260429"}, None),
        ({55: "x" * 40, 60: "120000+0200"}, None),
        ({55: "00000000", 60: "000000+0000"}, None),
    ],
)
def test_iptc_is_read(records: dict[int, str], expected: datetime | None) -> None:
    assert taken(with_iptc(records)) == expected


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_iptc_is_handled(raw: bytes) -> None:
    result = list(iptc_times(irb_records(b"8BIM\x04\x04\0\0" + raw)))

    assert all(isinstance(text, str) for text in result)


def test_long_xmp_takes_no_time() -> None:
    packet = b"xmlns:a='" * 50_000 + b"<exif:DateTimeOriginal" + b" " * 500_000
    started = time.process_time()

    assert list(xmp_values(packet, "exif:DateTimeOriginal")) == []
    assert time.process_time() - started < 5
