"""Pictures as Instagram takes them: size, shape, colours, and nothing beside the pixels."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lambdas.publishing.fit import Fit
from lambdas.publishing.framing import frame_of
from lambdas.publishing.images import PreparedImage, prepare_image
from lambdas.publishing.media_limits import image_limits
from lambdas.publishing.unsuitable import MediaProblem, Unsuitable
from tests.pictures.drawing import SECRET, draw, draw_photo
from tests.pictures.heavy import encoded, flat_png
from tests.pictures.test_color import plain
from tests.publishing.peak import preparation_peak
from tests.shared_photos import shared_photos

# The function has 2 GB; a warm one holds about 200 MB of libraries already.
MAX_MEGABYTES = 1250
KINDS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
FEED = image_limits(any_ratio=False)
SRGB, P3, PQ = 13, 12, 16
FRAMES = [Image.new("RGB", (64, 48), color) for color in ("red", "green", "blue")]


def prepared(
    body: bytes | Path, fit: Fit = Fit.PAD, *, any_ratio: bool = False
) -> tuple[PreparedImage, Image.Image]:
    """Return what was prepared and its pixels, after checking what holds for every picture."""
    result = prepare_image(body, fit=fit, any_ratio=any_ratio)
    image = Image.open(io.BytesIO(result.content))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (result.width, result.height))
    assert set(markers(result.content)) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}, "baseline, no metadata"
    assert len(result.content) <= FEED.max_bytes
    assert 320 <= result.width <= 1440
    if not any_ratio:
        assert 0.8 <= result.width / result.height <= 1.91
    return result, image


def markers(body: bytes) -> list[int]:
    """Return the markers of a JPEG's segments up to its first scan."""
    found: list[int] = []
    position = 2
    while not found or found[-1] != 0xDA:
        found.append(body[position + 1])
        position += 2 + int.from_bytes(body[position + 2 : position + 4], "big")
    return found


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return tuple(int(value) for value in found)


def refused(body: bytes) -> MediaProblem:
    with pytest.raises(Unsuitable) as error:
        prepare_image(body, fit=Fit.PAD, any_ratio=False)
    return error.value.code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fit", Fit)
def test_every_format_becomes_jpeg(kind: str, fit: Fit) -> None:
    body = draw_photo(kind, (3000, 2000))
    result, _ = prepared(body, fit)

    assert (result.width, result.height) == (1440, 960)
    assert SECRET.encode() not in result.content
    assert "Metadata removed." in result.changes


def test_real_photographs_are_prepared() -> None:
    for body in shared_photos().values():
        for fit in Fit:
            prepared(body, fit)


@settings(max_examples=300)
@given(
    st.integers(1, 20_000),
    st.integers(1, 20_000),
    st.sampled_from(Fit),
    st.booleans(),
)
def test_every_size_is_framed(width: int, height: int, fit: Fit, any_ratio: bool) -> None:
    limits = image_limits(any_ratio=any_ratio)
    frame = frame_of((width, height), limits, fit)

    columns, rows = frame.canvas
    assert limits.min_width <= columns <= limits.max_width
    assert limits.min_ratio <= columns / rows <= limits.max_ratio
    assert 1 <= frame.picture[0] <= columns
    assert 1 <= frame.picture[1] <= rows
    assert all(0 < share <= 1 for share in frame.kept)


@settings(max_examples=300)
@given(st.integers(320, 6000), st.integers(320, 6000), st.sampled_from(Fit))
def test_shapes_are_kept(width: int, height: int, fit: Fit) -> None:
    frame = frame_of((width, height), FEED, fit)

    shown = width * frame.kept[0] / (height * frame.kept[1])
    assert frame.picture[0] / frame.picture[1] == pytest.approx(shown, rel=0.01)


@settings(max_examples=40)
@given(st.integers(1, 900), st.integers(1, 900), st.sampled_from(Fit), st.booleans())
def test_every_size_is_prepared(width: int, height: int, fit: Fit, any_ratio: bool) -> None:
    prepared(saved(Image.new("RGB", (width, height), "teal")), fit, any_ratio=any_ratio)


@settings(max_examples=150)
@given(st.sampled_from(KINDS), st.data())
def test_damage_is_refused_or_harmless(kind: str, data: st.DataObject) -> None:
    body = bytearray(draw_photo(kind, (96, 64)))
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        prepared(bytes(body))
    except Unsuitable:
        return


@settings(max_examples=150)
@given(
    st.sampled_from([b"", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP",
                     b"\0\0\0\x18ftypavif", b"\0\0\0\x18ftypheic", b"#EXTM3U\n"]),
    st.binary(max_size=400),
)  # fmt: skip
def test_hostile_bytes_are_refused(start: bytes, rest: bytes) -> None:
    assert refused(start + rest)


@pytest.mark.parametrize(
    ("size", "expected"), [((600, 1200), (960, 1200)), ((1400, 400), (1400, 733))]
)
def test_padding_shows_all(size: tuple[int, int], expected: tuple[int, int]) -> None:
    result, image = prepared(saved(draw(size)), Fit.PAD)

    assert image.size == expected
    middle = ((expected[0] - size[0]) // 2 + 20, (expected[1] - size[1]) // 2 + 20)
    assert pixel(image, *middle) == pytest.approx((220, 30, 30), abs=25)
    assert any("Padded" in change for change in result.changes)


def test_padding_continues_each_edge() -> None:
    picture = Image.new("RGB", (400, 1000), "white")
    picture.paste((200, 0, 0), (0, 0, 100, 1000))
    picture.paste((0, 0, 200), (300, 0, 400, 1000))
    _, image = prepared(saved(picture), Fit.PAD)

    assert pixel(image, 5, 500) == pytest.approx((200, 0, 0), abs=6)
    assert pixel(image, image.width - 5, 500) == pytest.approx((0, 0, 200), abs=6)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_cropping_keeps_the_middle(orientation: int) -> None:
    picture = Image.new("RGB", (2000, 500) if orientation in (1, 3) else (500, 2000), "red")
    picture.paste((0, 200, 0), (picture.width // 2 - 40, picture.height // 2 - 40,
                                picture.width // 2 + 40, picture.height // 2 + 40))  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    _, image = prepared(saved(picture, "JPEG", quality=95, exif=exif), Fit.CROP)

    assert image.size == (955, 500)
    assert pixel(image, 477, 250) == pytest.approx((0, 200, 0), abs=20)
    assert pixel(image, 10, 250) == pytest.approx((254, 0, 0), abs=20)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright(orientation: int) -> None:
    upright, _ = prepared(draw_photo("JPEG", (900, 800), orientation=orientation))

    assert (upright.width > upright.height) == (orientation < 5)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((100, 100), (320, 320)), ((800, 600), (800, 600)), ((2880, 1800), (1440, 900))],
)
def test_widths_are_limited(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert prepared(saved(draw(size)))[1].size == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1080, 1920), (1080, 1920)), ((2160, 3840), (1440, 2560)), ((200, 800), (320, 1280))],
)
def test_stories_keep_their_shape(size: tuple[int, int], expected: tuple[int, int]) -> None:
    result, image = prepared(saved(draw(size)), any_ratio=True)

    assert image.size == expected
    assert not any("Padded" in change for change in result.changes)


def test_transparency_becomes_white() -> None:
    _, image = prepared(saved(Image.new("RGBA", (400, 400), (255, 0, 0, 0))))

    assert min(pixel(image, 200, 200)) > 250


@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "PNG"])
def test_wide_colors_are_converted(kind: str) -> None:
    result, image = prepared(plain((200, 100, 50), kind, P3, SRGB))

    assert pixel(image, 160, 160) == pytest.approx((215, 93, 30), abs=6)
    assert "Colours converted to sRGB." in result.changes


@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "PNG"])
def test_hdr_is_brought_down(kind: str) -> None:
    _, image = prepared(plain((120, 120, 120), kind, 9, PQ))

    assert 100 < pixel(image, 160, 160)[0] < 200


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("I;16", "PNG"), ("L", "JPEG"), ("P", "PNG"), ("1", "PNG")],
)
def test_unusual_modes_are_prepared(mode: str, kind: str) -> None:
    prepared(saved(Image.new(mode, (400, 300)), kind))


def test_sixteen_bits_are_prepared() -> None:
    prepared(flat_png("RGB16", 400, 300))


@pytest.mark.parametrize(
    ("kind", "options"), [("GIF", {}), ("PNG", {}), ("WEBP", {}), ("AVIF", {})]
)
def test_animations_are_refused(kind: str, options: dict[str, object]) -> None:
    body = saved(FRAMES[0], kind, save_all=True, append_images=FRAMES[1:], **options)

    assert refused(body) is MediaProblem.ANIMATED


def test_still_gif_is_no_animation() -> None:
    assert refused(saved(FRAMES[0], "GIF")) is MediaProblem.NOT_A_PICTURE


def test_cut_pictures_are_refused() -> None:
    body = saved(Image.effect_noise((800, 600), 60).convert("RGB"), "JPEG")

    assert refused(body[: len(body) * 9 // 10]) is MediaProblem.DAMAGED


@pytest.mark.parametrize("size", [(30_000, 30_000), (60_000, 2)])
def test_sizes_are_bounded(size: tuple[int, int]) -> None:
    body = saved(Image.new("1", (1, 1)))
    header = body[:16] + size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")

    assert refused(header + body[24:]) in (MediaProblem.TOO_MANY_PIXELS, MediaProblem.DAMAGED)


def test_long_line_is_cropped_in_bounds() -> None:
    _, image = prepared(saved(Image.new("L", (60_000, 60), 90)), Fit.CROP)

    assert image.size == (320, 168)


def test_detail_costs_quality_not_size() -> None:
    result, _ = prepared(
        saved(Image.effect_noise((1440, 14_400), 200).convert("RGB"), "JPEG", quality=85),
        any_ratio=True,
    )

    assert (result.width, result.height) == (1440, 14_400)


LARGE = {
    "square": lambda: flat_png("RGBA", 10_000, 9_990),
    "deep": lambda: flat_png("RGB16", 10_000, 9_990),
    "thin": lambda: flat_png("RGBA", 300_000, 310),
    "panorama": lambda: encoded("JPEG", (65_000, 1_500)),
    "progressive": lambda: encoded("JPEG", (11_000, 9_000), "CMYK", progressive=True),
    "column": lambda: encoded("JPEG", (4_600, 46_000)),
}


@pytest.mark.parametrize(
    ("name", "fit", "kind"),
    [
        ("square", "pad", "photo"),
        ("deep", "crop", "photo"),
        ("thin", "pad", "photo"),
        ("panorama", "crop", "photo"),
        ("progressive", "crop", "photo"),
        ("column", "pad", "story"),
    ],
)
def test_memory_is_bounded(name: str, fit: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(LARGE[name]())
    found = preparation_peak(path, fit, kind)

    assert found.outcome == "prepared"
    assert found.megabytes < MAX_MEGABYTES


def test_files_are_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(draw_photo("JPEG"))

    assert prepared(path)[0].width == 640
