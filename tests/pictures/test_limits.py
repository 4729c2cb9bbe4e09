"""What decoding may cost, measured in processes of their own."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest

from lambdas.pictures.limits import MAX_SCANS, draft_scale
from lambdas.pictures.picture import Undecodable, open_picture, render
from tests.pictures.drawing import draw_photo
from tests.pictures.heavy import (
    PNG_KINDS,
    encoded,
    flat_png,
    png_chunk,
    png_file,
    scan_bomb,
    webp_header,
)
from tests.pictures.peak import Peak, peak_of

# The function has 2 GB; a warm one holds about 150 MB of libraries already.
MAX_MEGABYTES = 1250
# Fewer pixels than a file that claims, and does not hold, a hundred megapixels.
REFUSED_MEGABYTES = 150


def peak(folder: Path, body: bytes) -> Peak:
    path = folder / "picture"
    path.write_bytes(body)
    return peak_of(path)


def reason(body: bytes) -> str:
    with pytest.raises(Undecodable) as refused:
        render(open_picture(body))
    return refused.value.reason


@pytest.mark.parametrize("kind", PNG_KINDS)
def test_every_png_mode_fits(kind: str, tmp_path: Path) -> None:
    found = peak(tmp_path, flat_png(kind, 10_000, 9_990))

    assert found.outcome == "shown"
    assert found.megabytes < MAX_MEGABYTES


@pytest.mark.parametrize("size", [(310_000, 311), (311, 310_000)])
def test_thin_pictures_fit(size: tuple[int, int], tmp_path: Path) -> None:
    found = peak(tmp_path, flat_png("RGBA", *size))

    assert found.outcome == "shown"
    assert found.megabytes < MAX_MEGABYTES


def test_lines_are_refused() -> None:
    assert reason(flat_png("RGBA", 100_000, 90)) == "too_many_pixels"


@pytest.mark.parametrize("size", [(10_000, 9_990), (16_383, 16_383)])
def test_webp_claims_are_refused(size: tuple[int, int], tmp_path: Path) -> None:
    found = peak(tmp_path, webp_header(*size))

    assert found.outcome == "too_many_pixels"
    assert found.megabytes < REFUSED_MEGABYTES


def test_largest_webp_fits(tmp_path: Path) -> None:
    body = encoded("WEBP", (8000, 5800), "RGBA", lossless=True, method=0, quality=0)
    found = peak(tmp_path, body)

    assert found.outcome == "shown"
    assert found.megabytes < MAX_MEGABYTES


def test_progressive_jpeg_fits(tmp_path: Path) -> None:
    found = peak(tmp_path, encoded("JPEG", (11_000, 9_000), "CMYK", progressive=True))

    assert found.outcome == "shown"
    assert found.megabytes < MAX_MEGABYTES


def test_progressive_jpeg_counts_coefficients() -> None:
    body = bytearray(encoded("JPEG", (64, 64), progressive=True, subsampling=0))
    header = body.index(b"\xff\xc2")
    body[header + 5 : header + 9] = struct.pack(">HH", 14_600, 15_000)

    assert reason(bytes(body)) == "too_many_pixels"


def test_200_megapixels_are_drafted(tmp_path: Path) -> None:
    found = peak(tmp_path, encoded("JPEG", (16_320, 12_240)))

    assert found.outcome == "shown"
    assert found.megabytes < REFUSED_MEGABYTES


def test_scan_bombs_are_refused(tmp_path: Path) -> None:
    found = peak(tmp_path, scan_bomb(30_000))

    assert found.outcome == "too_many_scans"
    assert found.megabytes < REFUSED_MEGABYTES


def test_small_scan_bombs_are_refused() -> None:
    assert reason(scan_bomb(MAX_SCANS, (64, 64))) == "too_many_scans"


def test_scans_of_large_pictures_count_more() -> None:
    assert reason(scan_bomb(60, (10_000, 9_000))) == "too_many_scans"


def test_scan_markers_behind_the_image_are_ignored() -> None:
    body = encoded("JPEG", (640, 480), progressive=True) + b"\xff\xda" * 10_000

    assert set(render(open_picture(body))) == {"large", "medium", "thumb"}


@pytest.mark.parametrize("segment", [b"\xff\xfe\0\2", b"\xff\x01", b"\xff\xda\0\2"])
def test_endless_segments_are_left(segment: bytes) -> None:
    body = encoded("JPEG", (640, 480), progressive=True)
    started = time.process_time()
    pictures = render(open_picture(body[:-2] + segment * (10_000_000 // len(segment))))

    assert pictures.damaged
    assert time.process_time() - started < 8


def test_endless_header_is_refused() -> None:
    body = encoded("JPEG", (64, 48))

    assert reason(body[:2] + b"\xff\xfe\0\2" * 1_000_000 + body[2:]) == "not_a_picture"


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_compressed_metadata_are_not_expanded(kind: bytes, tmp_path: Path) -> None:
    packed = zlib.compress(bytes(50_000_000), 9)
    names = {
        b"zTXt": b"Raw profile type exif\0\0",
        b"iTXt": b"XML:com.adobe.xmp\0\1\0\0\0",
        b"iCCP": b"icc\0\0",
    }
    header = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    bombs = [png_chunk(kind, names[kind] + packed)] * 300
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(64 * 65)))
    found = peak(tmp_path, png_file(header, [*bombs, pixels]))

    assert found.outcome == "shown"
    assert found.megabytes < REFUSED_MEGABYTES


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_exif_entries_are_not_expanded(kind: str, tmp_path: Path) -> None:
    # Each of 5000 entries claims the whole block.
    count = 5000
    tags = [struct.pack("<HHLL", 0xA000 + n, 7, 60_000, 8) for n in range(count)]
    block = b"II*\0" + struct.pack("<LH", 8, count) + b"".join(tags) + bytes(4)
    body = encoded(kind, (64, 64), exif=b"Exif\0\0" + block.ljust(64_000, b"\0"))
    found = peak(tmp_path, body)

    assert found.outcome == "shown"
    assert found.megabytes < REFUSED_MEGABYTES


@pytest.mark.parametrize(
    ("size", "target", "scale"),
    [
        ((4032, 3024), (2000, 1500), 2),
        ((3999, 3000), (2000, 1500), 2),
        ((3998, 3000), (2000, 1500), 1),
        ((28_284, 7071), (3536, 884), 8),
        ((4000, 2250), (2000, 1125), 2),
        ((16_320, 12_240), (2000, 1500), 8),
        ((100, 100), (100, 100), 1),
    ],
)
def test_draft_covers_the_target(
    size: tuple[int, int], target: tuple[int, int], scale: int
) -> None:
    assert draft_scale(size, target) == scale


def test_no_copy_of_a_photo_is_made() -> None:
    body = encoded("JPEG", (640, 480)) + bytes(range(1, 255)) * 40_000
    tracemalloc.start()
    open_picture(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < len(body) / 4


def test_draft_asks_for_the_fitted_size() -> None:
    picture = open_picture(encoded("JPEG", (4032, 3024)))
    render(picture)

    assert picture.image.size == (2016, 1512)


def test_tiles_count_as_large_as_they_claim() -> None:
    body = bytearray(draw_photo("HEIF", (64, 64)))
    claim = body.index(b"ispe")
    body[claim + 8 : claim + 16] = struct.pack(">LL", 16_000, 16_000)

    assert reason(bytes(body)) == "too_many_pixels"
