"""Times and blocks of EXIF that programs write otherwise than the standard says."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lambdas.pictures.capture_time import capture_time
from lambdas.pictures.picture import open_picture
from tests.conftest import NOW
from tests.pictures.drawing import draw, draw_photo

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


def taken(body: bytes) -> datetime | None:
    return capture_time(open_picture(body), LOS_ANGELES, NOW)


@pytest.mark.parametrize("offset", ["+5:30", "+0530", "UTC+5:30", "GMT+05:30", "+05:30:00"])
def test_dialects_of_offsets_are_read(offset: str) -> None:
    assert taken(draw_photo(offset=offset)) == datetime(2026, 4, 29, 4, 41, 12, tzinfo=UTC)


@pytest.mark.parametrize("offset", ["Z", "UTC", "GMT", "+0"])
def test_times_may_be_universal(offset: str) -> None:
    assert taken(draw_photo(offset=offset)) == datetime(2026, 4, 29, 10, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026:04:29 09:05:07 PM", 21),
        ("2026:04:29 12:05:07 am", 0),
        ("2026:04:29 12:05:07 PM", 12),
        ("2026:04:29 24:05:07", 0),
        ("2026: 4:29  9: 5: 7", 9),
        ("2026:4:29 9:5:7", 9),
        ("2026-04-29  09:05:07,25", 9),
    ],
)
def test_dialects_of_clocks_are_read(text: str, hour: int) -> None:
    expected = datetime(2026, 4, 29, hour, 5, 7, tzinfo=UTC)

    assert taken(draw_photo(taken=text, offset="+00:00")) == expected


@pytest.mark.parametrize("fraction", [",5", ".5", ".1234567890123"])
def test_offsets_follow_fractions(fraction: str) -> None:
    body = draw_photo(taken=f"2026-04-29T10:11:12{fraction}+05:00")

    assert taken(body) == datetime(2026, 4, 29, 5, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize("empty", [b"Exif\0\0nonsense", b"Exif\0\0II*\0\x08\0\0\0\0\0"])
@pytest.mark.parametrize("is_first", [True, False])
def test_exif_may_have_an_empty_block_beside_it(empty: bytes, is_first: bool) -> None:
    body = draw_photo(offset="+05:00")
    start = body.index(b"\xff\xe1")
    end = start + 2 + int.from_bytes(body[start + 2 : start + 4], "big")
    place = start if is_first else end

    both = body[:place] + segment(empty) + body[place:]

    assert taken(both) == datetime(2026, 4, 29, 5, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize("written", ["<tiff:Orientation>\n 6\n</", "<x tiff:Orientation = ' 6'/"])
def test_orientation_may_be_in_xmp_alone(written: str) -> None:
    body = io.BytesIO()
    draw().save(body, "JPEG")
    xmp = segment(b"http://ns.adobe.com/xap/1.0/\0" + written.encode())

    assert open_picture(body.getvalue()[:2] + xmp + body.getvalue()[2:]).orientation == 6


def segment(content: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content
