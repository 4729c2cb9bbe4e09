"""Damage inside JPEG files that no decoder reports: shifted colours, lost marks, lost scans."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from lambdas.pictures.decoding import decode
from lambdas.pictures.drift import has_drift
from lambdas.pictures.jpeg_marks import read_marks
from lambdas.pictures.jpeg_scans import Component, Frame
from lambdas.pictures.picture import Rendition, open_picture, render
from lambdas.pictures.source import Source
from tests.shared_photos import shared_photos

SIZE = (1200, 900)
RESTART = re.compile(rb"\xff[\xd0-\xd7]")


def scene(size: tuple[int, int] = SIZE) -> Image.Image:
    """Return a picture with texture, soft colours and a tilted horizon."""
    image = Image.effect_noise(size, 12).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.polygon([(0, 0), (size[0], 0), (size[0], size[1] // 3), (0, size[1] // 3 + 20)], "#7ab")
    return Image.blend(image, Image.radial_gradient("L").resize(size).convert("RGB"), 0.5)


def jpeg(image: Image.Image, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", **options)
    return target.getvalue()


def shown(body: bytes) -> Rendition:
    return render(open_picture(body))


def is_damaged(body: bytes) -> bool:
    """Return whether damage is noticed; nothing is encoded."""
    picture = open_picture(body)
    return decode(picture.source, picture.image, picture.image.size)[2]


def shifted(band: int, amount: int, row: int, column: int, unit: int) -> bytes:
    """Return a file whose colours shift from one of its units on, as a wrong bit shifts them."""
    bands = list(scene().convert("YCbCr").split())
    mask = Image.new("L", SIZE)
    pen = ImageDraw.Draw(mask)
    pen.rectangle((column * unit, row * unit, *SIZE), fill=255)
    pen.rectangle((0, (row + 1) * unit, *SIZE), fill=255)
    bands[band].paste(bands[band].point(lambda value: value + amount), (0, 0), mask)
    options = {"subsampling": 0 if unit == 8 else 2, "quality": 90}
    return jpeg(Image.merge("YCbCr", bands), **options)


@pytest.mark.parametrize("unit", [8, 16])
@pytest.mark.parametrize("band", [0, 1, 2])
@pytest.mark.parametrize("amount", [-40, -12, 12, 40])
def test_shifted_colors_are_noticed(unit: int, band: int, amount: int) -> None:
    pictures = shown(shifted(band, amount, 20, 31, unit))

    assert pictures.damaged
    assert pictures.missing == 0


def visible_changes(body: bytes, start: int, end: int) -> Iterator[bytes]:
    """Yield files with one wrong bit that changes more than a hundredth of the picture."""
    whole = Image.open(io.BytesIO(body)).convert("L")
    for at in range(start, end, (end - start) // 60):
        if body[at] in (0xFF, 0xFB) or body[at - 1] == 0xFF:
            continue
        changed = body[:at] + bytes([body[at] ^ 4]) + body[at + 1 :]
        difference = ImageChops.difference(Image.open(io.BytesIO(changed)).convert("L"), whole)
        if sum(difference.histogram()[9:]) > 0.01 * whole.width * whole.height:
            yield changed


@pytest.mark.parametrize("progressive", [False, True])
def test_most_wrong_bits_are_noticed(progressive: bool) -> None:
    """One bit is enough: the mean of a block is coded as a difference."""
    body = jpeg(scene(), quality=90, progressive=progressive)
    first = body.index(b"\xff\xda")
    end = body.index(b"\xff\xc4", first) if progressive else len(body)
    changes = visible_changes(body, first + (end - first) // 9, end - (end - first) // 9)
    found = [is_damaged(changed) for changed in changes]

    assert len(found) > 5
    assert sum(found) >= len(found) * 2 // 3


def views() -> Iterator[Image.Image]:
    """Return whole pictures with edges where rows of units meet."""
    for tilt in range(-6, 7):
        image = scene()
        ImageDraw.Draw(image).polygon(
            [(0, 480 + 8 * tilt), (SIZE[0], 480 - 8 * tilt), SIZE, (0, SIZE[1])], "#235"
        )
        yield image
    screen = Image.new("RGB", SIZE, "white")
    for top in range(0, SIZE[1], 64):
        ImageDraw.Draw(screen).rectangle((top, top, SIZE[0] - 200, top + 31), fill="#8ac")
    yield screen


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_edges_are_no_damage(subsampling: int) -> None:
    bodies = [jpeg(image, subsampling=subsampling) for image in views()]

    assert not any(is_damaged(body) for body in bodies)


def test_parts_of_photographs_are_whole() -> None:
    for name, body in shared_photos().items():
        picture = open_picture(body)
        image = picture.image.convert("RGB")
        for part in range(4):
            left, top = part * image.width // 9, part * image.height // 7
            cut = image.crop((left, top, image.width - left // 2, image.height)).rotate(part - 2)
            cut.thumbnail((1000 + 77 * part, 1000))
            assert not is_damaged(jpeg(cut)), (name, part)


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (1600, 10), (10, 1600), (191, 500), (192, 24)])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_any_size_is_looked_at(size: tuple[int, int], mode: str) -> None:
    components = tuple(
        Component(number, 1, 1) for number in range(len(Image.new(mode, (1, 1)).mode))
    )

    assert not has_drift(Image.new(mode, size), Frame(*size, components, False, False))


def without(body: bytes, *numbers: int) -> bytes:
    """Return the file without some of its restart markers."""
    places = [match.start() for match in RESTART.finditer(body, body.index(b"\xff\xda"))]
    for number in sorted(numbers, reverse=True):
        body = body[: places[number]] + body[places[number] + 2 :]
    return body


def swapped(body: bytes, one: int, other: int) -> bytes:
    """Return the file with the data of two restart intervals, and their markers, swapped."""
    at = [match.start() for match in RESTART.finditer(body, body.index(b"\xff\xda"))]
    a, b = body[at[one] : at[one + 1]], body[at[other] : at[other + 1]]
    return body[: at[one]] + b + body[at[one + 1] : at[other]] + a + body[at[other + 1] :]


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_lost_restart_markers_are_noticed(options: dict[str, object]) -> None:
    body = jpeg(scene(), restart_marker_rows=1, **options)
    assert not shown(body).damaged

    for damaged in (without(body, 7), without(body, 3, 4, 30), swapped(body, 10, 20)):
        pictures = shown(damaged)
        assert pictures.damaged
        assert pictures.missing < 0.2


def test_lost_intervals_are_measured() -> None:
    body = jpeg(scene(), restart_marker_rows=1)
    at = [match.start() for match in RESTART.finditer(body, body.index(b"\xff\xda"))]
    pictures = shown(body[: at[20]] + body[at[22] :])

    assert pictures.damaged
    assert pictures.missing == pytest.approx(2 / 57, abs=0.001)


def scans(body: bytes) -> list[int]:
    """Return where each scan begins, with its tables, and where the last ends."""
    tables = [match.start() for match in re.finditer(rb"\xff\xc4|\xff\xda|\xff\xd9", body)]
    starts = [match.start() for match in re.finditer(rb"\xff\xda", body)]
    return [
        *(max(t for t in tables if t < s and body[t + 1] == 0xC4) for s in starts),
        len(body) - 2,
    ]


def test_missing_scans_are_damage() -> None:
    body = jpeg(scene(), progressive=True)
    at = scans(body)
    assert not shown(body).damaged

    for last in range(5, len(at) - 1):
        pictures = shown(body[: at[last]] + b"\xff\xd9")
        assert (pictures.damaged, pictures.missing) == (True, 0.0)


def test_a_scan_may_be_missing_between_others() -> None:
    body = jpeg(scene(), progressive=True)
    at = scans(body)

    assert shown(body[: at[7]] + body[at[8] :]).damaged


def test_what_follows_the_image_is_another() -> None:
    body = jpeg(scene(), progressive=True, restart_marker_rows=2)

    assert not shown(body + jpeg(scene((320, 240)), restart_marker_rows=1)[:-900]).damaged


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_marks_are_handled(rest: bytes, progressive: bool) -> None:
    frame = Frame(64, 64, (Component(1, 2, 2), Component(2, 1, 1)), progressive, progressive)
    scan = b"\xff\xda\0\x0a\2\1\0\2\0\0\x3f\0"
    source = Source(scan + rest, ("JPEG",), front=b"\xff\xd8\xff\xdd\0\4\0\1")

    assert 0 <= read_marks(source, frame).lost <= 1


# A gradient, 32 x 32 pixels, by arithmetic coding, which Pillow only reads.
ARITHMETIC = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4R"
    "DgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/yQALCAAgACABAREA/8wABgAQEAX/2gAIAQEAAD8A0s48j0RpBTwBir3b"
    "tExCa3QsM/lztwFuoZCq72mZn/NXWgCqr2F9HkvbXqdmghRDm1OEI9QNY6oSc6IwBVdOn4wrcsTA/ARn21eZI8og"
    "AFLSVnNFfo/b/HioXQx959aU2JOukmyYIz6TFwPRJABbyvNyiX77BPTxkB8rlOaUAr/OrnzLWi0khbHI5Dgw4Voy"
    "2SqA/9k="
)


def test_whole_arithmetic_data_are_no_damage() -> None:
    assert not is_damaged(ARITHMETIC)
