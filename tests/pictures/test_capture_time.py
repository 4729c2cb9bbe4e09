"""When a picture was taken."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lambdas.pictures.capture_time import capture_time
from lambdas.pictures.picture import open_picture
from tests.conftest import NOW
from tests.pictures.drawing import draw_photo
from tests.shared_photos import shared_photos

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


def taken(body: bytes, now: datetime = NOW) -> datetime | None:
    return capture_time(open_picture(body), LOS_ANGELES, now)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_a_time_without_offset_is_the_sites_time(kind: str) -> None:
    assert taken(draw_photo(kind)) == datetime(2026, 4, 29, 17, 11, 12, tzinfo=UTC)


def test_an_offset_wins_over_the_sites_zone() -> None:
    assert taken(draw_photo(offset="+03:00")) == datetime(2026, 4, 29, 7, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize("offset", ["+99:99", "+15:00", "+0860", "x", "Z"])
def test_an_offset_that_cannot_be_leaves_the_sites_time(offset: str) -> None:
    assert taken(draw_photo(offset=offset)) == datetime(2026, 4, 29, 17, 11, 12, tzinfo=UTC)


def test_xmp_is_read_where_there_is_no_exif_time() -> None:
    assert taken(draw_photo(taken=None)) == datetime(2020, 1, 2, 2, 4, 5, tzinfo=UTC)


def test_no_time_is_no_time() -> None:
    assert taken(draw_photo(taken=None, with_xmp=False)) is None


NONSENSE = (
    "0000:00:00 00:00:00",
    "2026:13:40 25:61:61",
    "    :  :     :  :  ",
    "9999:12:31 23:59:59",
    "x",
    "2031:01:01 00:00:00",
)


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_a_time_that_cannot_be_is_passed_over(nonsense: str) -> None:
    assert taken(draw_photo(taken=nonsense)) == datetime(2020, 1, 2, 2, 4, 5, tzinfo=UTC)


def test_the_hour_that_clocks_skip_is_still_a_time() -> None:
    # 02:30 did not exist on 2026-03-08 in Los Angeles; a camera that was not set ahead says so all the same.
    assert taken(draw_photo(taken="2026:03:08 02:30:00")) == datetime(
        2026, 3, 8, 10, 30, tzinfo=UTC
    )


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_exif_is_too_strange(raw: bytes) -> None:
    body = io.BytesIO()
    Image.new("RGB", (8, 8)).save(body, "JPEG", exif=b"Exif\0\0" + raw)

    result = taken(body.getvalue())

    assert result is None or result.tzinfo is UTC


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_no_time_text_is_too_strange(text: str) -> None:
    result = taken(draw_photo(size=(8, 8), taken=text or "x", with_xmp=False))

    assert result is None or result <= datetime(2026, 4, 30, 18, 0, tzinfo=UTC)


def test_real_photographs_tell_their_times() -> None:
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
