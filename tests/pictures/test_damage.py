"""Pictures that are not whole: what every viewer shows is shown, and reported as damaged."""

from __future__ import annotations

import io

import pillow_heif
import pytest
from PIL import Image

from lambdas.pictures.picture import Rendition, Undecodable, open_picture, render
from tests.pictures.drawing import draw_photo
from tests.shared_photos import shared_photos

SIZE = (800, 600)
WHOLE = [
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("JPEG", {"restart_marker_rows": 1}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("HEIF", {}),
]


def noisy(kind: str, **options: object) -> bytes:
    """Return a picture whose data are spread evenly over its rows."""
    target = io.BytesIO()
    noise = Image.effect_noise(SIZE, 60).convert("RGB")
    if kind == "HEIF":
        pillow_heif.from_pillow(noise).save(target)
    else:
        noise.save(target, kind, **options)
    return target.getvalue()


def shown(body: bytes) -> Rendition:
    return render(open_picture(body))


def reason(body: bytes) -> str:
    with pytest.raises(Undecodable) as refused:
        shown(body)
    return refused.value.reason


@pytest.mark.parametrize(("kind", "options"), [*WHOLE, ("PNG", {}), ("AVIF", {})])
def test_whole_pictures_are_not_damaged(kind: str, options: dict[str, int]) -> None:
    pictures = shown(noisy(kind, **options))

    assert (pictures.damaged, pictures.missing) == (False, 0.0)


@pytest.mark.parametrize(("kind", "options"), WHOLE)
def test_last_bytes_may_be_missing(kind: str, options: dict[str, int]) -> None:
    pictures = shown(noisy(kind, **options)[:-2])

    assert pictures.damaged
    assert pictures.missing < 0.05


@pytest.mark.parametrize(("kind", "options"), [("JPEG", {}), ("PNG", {}), ("WEBP", {})])
def test_missing_tenth_is_measured(kind: str, options: dict[str, int]) -> None:
    body = noisy(kind, **options)
    pictures = shown(body[: len(body) * 9 // 10])

    assert pictures.damaged
    assert pictures.missing == pytest.approx(0.1, abs=0.04)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_missing_half_is_refused(kind: str) -> None:
    body = noisy(kind)

    assert reason(body[: len(body) // 2]) == "damaged"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_half_of_zeros_is_refused(kind: str) -> None:
    body = noisy(kind)
    half = len(body) // 2

    assert reason(body[:half].ljust(len(body), b"\0")) == "damaged"


def test_lost_middle_is_measured() -> None:
    body = noisy("JPEG")
    pictures = shown(body[: len(body) * 9 // 10] + b"\xff\xd9")

    assert pictures.missing == pytest.approx(0.1, abs=0.04)


def test_progressive_needs_the_first_passes() -> None:
    body = noisy("JPEG", progressive=True)

    assert shown(body[: len(body) * 8 // 10]).damaged
    assert reason(body[: len(body) // 20]) == "damaged"


def test_grey_pictures_are_whole() -> None:
    target = io.BytesIO()
    Image.new("RGB", SIZE, (128, 128, 128)).save(target, "JPEG")

    assert not shown(target.getvalue()).damaged
    assert shown(target.getvalue()[:-2]).missing < 0.05


@pytest.mark.parametrize("color", ["black", "white", "teal"])
def test_plain_colors_are_whole(color: str) -> None:
    target = io.BytesIO()
    Image.new("RGB", (3000, 2000), color).save(target, "WEBP")

    assert not shown(target.getvalue()).damaged


def test_wrong_checksum_of_metadata_is_ignored() -> None:
    body = bytearray(draw_photo("PNG"))
    body[body.index(b"tEXt") + 6] ^= 1

    assert not shown(bytes(body)).damaged


def test_png_data_may_be_damaged_late() -> None:
    body = bytearray(noisy("PNG"))
    body[len(body) * 19 // 20] ^= 0xFF
    pictures = shown(bytes(body))

    assert pictures.damaged
    assert pictures.missing < 0.1


def test_streamed_webp_has_no_length() -> None:
    body = bytearray(noisy("WEBP"))
    body[4:8] = b"\xff\xff\xff\xff"

    assert set(shown(bytes(body))) == {"large", "medium", "thumb"}


@pytest.mark.parametrize("trailer", [b"a trailer, no chunk", bytes(9000), b"\0\0\0\x18ftypmp42"])
def test_trailer_of_webp_is_no_damage(trailer: bytes) -> None:
    whole = noisy("WEBP", quality=90)
    pictures = shown(whole + trailer)

    assert not pictures.damaged
    assert pictures == shown(whole)


def test_what_is_there_stays() -> None:
    body = draw_photo("JPEG", SIZE)
    pictures = shown(body[: len(body) - 40])
    image = Image.open(io.BytesIO(pictures["large"])).convert("RGB")

    red, blue = image.getpixel((20, 20)), image.getpixel((780, 20))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 180 > red[2]
    assert blue[2] > 150 > blue[0]


def jpeg_of(size: tuple[int, int], **options: object) -> bytes:
    target = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(target, "JPEG", **options)
    return target.getvalue()


def changed(body: bytes, at: int) -> bytes:
    """Return the file with one bit changed."""
    return body[:at] + bytes([body[at] ^ 0x10]) + body[at + 1 :]


def is_noticed(body: bytes) -> bool:
    """Return whether a file is reported as damaged, or is too damaged to be shown."""
    try:
        return shown(body).damaged
    except Undecodable:
        return True


def test_damage_in_the_middle_is_noticed() -> None:
    """Not every change shows, and not every one that shows is noticed."""
    body = jpeg_of((1200, 900), quality=85)
    places = range(len(body) // 4, len(body) * 3 // 4, len(body) // 60)
    found = [is_noticed(changed(body, at)) for at in places]

    assert sum(found) >= len(found) // 4


@pytest.mark.parametrize("marker", [0xC4, 0xC0, 0xDA, 0xDB, 0xDD, 0xE1, 0xFE, 0xD8, 0x01])
def test_damage_like_a_marker_is_cut_off(marker: int) -> None:
    body = jpeg_of((400, 300), quality=85)
    late = len(body) * 9 // 10
    pictures = shown(body[:late] + bytes([0xFF, marker]) + body[late + 2 :])

    assert pictures.damaged
    assert pictures.missing < 0.2


def test_extra_data_are_noticed() -> None:
    body = jpeg_of(SIZE)
    middle = len(body) // 2
    pictures = shown(body[:middle] + bytes(range(1, 200)) * 2 + body[middle:])

    assert pictures.damaged
    assert pictures.missing == 0


def test_extra_data_are_noticed_in_a_picture_that_ends_grey() -> None:
    target = io.BytesIO()
    image = Image.effect_noise(SIZE, 60).convert("RGB")
    image.paste((128, 128, 128), (0, SIZE[1] - 64, *SIZE))
    image.save(target, "JPEG")
    body = target.getvalue()
    middle = len(body) // 2

    assert not shown(body).damaged
    assert shown(body[:middle] + bytes(range(1, 200)) * 2 + body[middle:]).damaged


def test_a_few_lost_blocks_are_noticed() -> None:
    """The grey that replaces them is smaller than a row."""
    body = jpeg_of(SIZE)
    pictures = shown(body[:-120] + body[-2:])

    assert pictures.damaged
    assert 0 < pictures.missing < 0.1


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (33, 17), (641, 483), (17, 900), (2500, 1700)])
@pytest.mark.parametrize("quality", [10, 80, 100])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_no_whole_picture_is_damaged(size: tuple[int, int], quality: int, subsampling: int) -> None:
    options = {"quality": quality, "subsampling": subsampling}
    bodies = [jpeg_of(size, **options)]
    for color in ("black", "white", (128, 128, 128)):
        target = io.BytesIO()
        Image.new("RGB", size, color).save(target, "JPEG", **options)
        bodies.append(target.getvalue())

    assert not any(shown(body).damaged for body in bodies)


def test_padding_and_trailers_are_no_damage() -> None:
    body = jpeg_of(SIZE)

    assert not shown(body[:-2] + bytes(40) + body[-2:]).damaged
    assert not shown(body + b"trailer" * 1000).damaged


def test_whole_photographs_are_not_damaged() -> None:
    for name, body in shared_photos().items():
        assert not shown(body).damaged, name
