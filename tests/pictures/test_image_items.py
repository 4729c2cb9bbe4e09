"""HEIF and AVIF pictures that are made of others: what they cost is known before decoding."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import pytest
from PIL import Image

from lambdas.pictures.av1 import Coded as CodedFrames
from lambdas.pictures.av1 import coded_frames
from lambdas.pictures.limits import MAX_DECODED_PIXELS
from lambdas.pictures.picture import Undecodable, open_picture, render
from lambdas.pictures.reading import read_source
from tests.pictures.drawing import draw
from tests.pictures.image_items import (
    ALPHA,
    Coded,
    ImageFile,
    Item,
    box,
    coded_item,
    extent,
    grid_item,
)

TILE = Coded.of("HEIF", 512)
SMALL = Coded.of("HEIF", 64)
AVIF = Coded.of("AVIF", 512)


def reason(body: bytes) -> str:
    started = time.process_time()
    with pytest.raises(Undecodable) as refused:
        open_picture(body)
    assert time.process_time() - started < 2
    return refused.value.reason


def grid_of_one_tile(across: int, side: int) -> ImageFile:
    grid = grid_item(across, side, [2] * across**2)
    return ImageFile([grid, coded_item(TILE, 512)])


def test_grids_are_shown() -> None:
    picture = open_picture(grid_of_one_tile(3, 1536).encode())

    assert picture.source.decoded == 2 * 1536 * 1536
    assert len(render(picture)) == 3


def test_tiles_are_counted_as_often_as_named() -> None:
    # A decoder takes minutes for 40,000 tiles, of which the picture shows one.
    assert reason(grid_of_one_tile(200, 512).encode()) == "too_many_pixels"


def test_grids_of_grids_are_multiplied() -> None:
    inner = grid_item(16, 8192, [3] * 256)
    outer = grid_item(16, 8192, [2] * 256)

    assert reason(ImageFile([outer, inner, coded_item(TILE, 512)]).encode()) == "too_many_pixels"


def test_transparency_of_tiles_counts() -> None:
    large = Coded.of("HEIF", 4096)
    alpha = Item(
        large.kind,
        large.data,
        (large.configuration, extent(4096), box(b"auxC", ALPHA)),
        belongs_to=[2],
    )
    grid = grid_item(16, 1024, [2] * 256)

    assert reason(ImageFile([grid, coded_item(SMALL, 64), alpha]).encode()) == "too_many_pixels"


@pytest.mark.parametrize("kind", [b"iden", b"grid", b"iovl"])
def test_images_made_of_themselves_end(kind: bytes) -> None:
    looped = Item(kind, bytes(8), (extent(64),), made_of=[1])

    assert reason(ImageFile([looped, coded_item(SMALL, 64)]).encode()) == "not_a_picture"


def test_references_are_limited() -> None:
    boxes = [Item(b"iovl", b"", (extent(64),), made_of=[2] * 60_000)]

    assert reason(ImageFile([*boxes, coded_item(SMALL, 64)]).encode()) == "not_a_picture"


@pytest.mark.parametrize("first", [0, 1])
def test_two_lists_of_images_are_refused(first: int) -> None:
    files = [ImageFile([coded_item(SMALL, 64)]), ImageFile([coded_item(TILE, 512)])]
    body, other = files[first].encode(), files[1 - first].meta({})
    end = body.index(b"mdat") - 4

    assert reason(body[:end] + other + body[end:]) == "not_a_picture"


@pytest.mark.parametrize("kind", [b"iloc", b"iinf", b"iprp", b"pitm", b"iref"])
def test_a_list_is_there_once(kind: bytes) -> None:
    body = grid_of_one_tile(3, 1536).encode()
    start = body.index(kind) - 4
    again = body[start : start + int.from_bytes(body[start : start + 4], "big")]
    meta = body.index(b"meta") - 4
    size = int.from_bytes(body[meta : meta + 4], "big")
    longer = (size + len(again)).to_bytes(4, "big")

    made = body[:meta] + longer + body[meta + 4 : meta + size] + again + body[meta + size :]

    assert reason(made) == "not_a_picture"


def test_avif_frames_are_counted() -> None:
    data = AVIF.data * 2000
    many = Coded(AVIF.configuration, data, AVIF.kind)

    assert reason(ImageFile([coded_item(many, 512)], b"avif").encode()) == "not_a_picture"
    few = Coded(AVIF.configuration, AVIF.data * 300, AVIF.kind)
    source = read_source(ImageFile([coded_item(few, 512)], b"avif").encode())
    assert source.decoded == 300 * 512 * 512


def test_coded_size_of_avif_counts() -> None:
    body = ImageFile([coded_item(AVIF, 16)], b"avif").encode()

    assert read_source(body).size == (512, 512)


def test_samples_of_avif_are_as_deep_as_coded() -> None:
    coded = coded_frames(AVIF.data)
    flipped = [
        coded_frames((int.from_bytes(AVIF.data, "big") ^ 1 << bit).to_bytes(len(AVIF.data), "big"))
        for bit in range(8 * len(AVIF.data))
    ]

    assert (coded.size, coded.frames, coded.deep) == ((512, 512), 1, False)
    assert CodedFrames(coded.size, coded.frames, deep=True) in flipped


def test_still_picture_of_a_film_is_decoded() -> None:
    target = io.BytesIO()
    frames = [Image.new("RGB", (64, 48), color) for color in ("red", "lime", "blue")]
    frames[0].save(target, "AVIF", save_all=True, append_images=frames[1:])

    picture = open_picture(target.getvalue())

    assert b"avis" not in picture.source.body[:48]
    assert render(picture)["thumb"]


def test_a_large_photo_with_extras_fits() -> None:
    # 48 megapixels as a grid, its tiles, a map of its brightness and one of its depth.
    pixels = 8064 * 6048
    assert pixels + 1.03 * pixels + pixels / 4 + pixels / 16 < MAX_DECODED_PIXELS


def test_large_damaged_avif_is_tried_once() -> None:
    """One end after another is tried for a small one, as it takes no time."""
    target = io.BytesIO()
    draw((320, 240)).save(target, "AVIF")
    whole = target.getvalue()
    cut = [whole[: len(whole) * percent // 100] for percent in range(84, 100, 2)]

    once = [is_shown(body, MAX_DECODED_PIXELS) for body in cut]
    often = [is_shown(body, 320 * 240) for body in cut]

    assert sum(once) < sum(often)


def is_shown(body: bytes, decoded: int) -> bool:
    """Return whether a picture is shown of which decoders would decode so many pixels."""
    picture = open_picture(body)
    picture.source = replace(picture.source, decoded=decoded)
    try:
        return bool(render(picture))
    except Undecodable:
        return False
