"""The sizes in which pictures are shown."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lambdas.pictures.picture import open_picture, render
from lambdas.pictures.sizes import MAX_EDGE, SIZES, fitted
from tests.pictures.drawing import draw_photo

EDGES = st.sampled_from(sorted(SIZES.values()))


@given(st.integers(1, 100_000), st.integers(1, 100_000), EDGES)
def test_sizes_fit_and_keep_the_shape(width: int, height: int, longest: int) -> None:
    size = fitted(width, height, longest)

    assert 1 <= size[0] <= width
    assert 1 <= size[1] <= height
    assert max(size) <= MAX_EDGE
    assert size[0] * size[1] <= 4.1 * longest * longest
    if max(width, height) <= 2 * min(width, height):
        assert max(size) <= longest
    if min(size) > 50:
        assert abs(size[0] / size[1] - width / height) < 0.03 * width / height


@given(st.integers(1, 100_000), st.integers(1, 100_000), EDGES)
def test_turned_pictures_fit_alike(width: int, height: int, longest: int) -> None:
    assert fitted(width, height, longest) == fitted(height, width, longest)[::-1]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4032, 3024), (2000, 1500)),
        ((4000, 2000), (2000, 1000)),
        ((1080, 12_000), (1000, 11_111)),
        ((12_000, 3000), (4000, 1000)),
        ((6928, 1732), (3464, 866)),
        ((28_284, 7071), (3536, 884)),
        ((3600, 1780), (2000, 989)),
        ((900, 2500), (900, 2500)),
        ((300, 60_000), (82, 16_383)),
    ],
)
def test_long_pictures_can_be_read(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert fitted(*size, SIZES["large"]) == expected


@pytest.mark.parametrize("size", [(1080, 12_000), (4032, 3024), (2999, 1777), (333, 7001)])
def test_pages_know_the_rendered_sizes(size: tuple[int, int]) -> None:
    pictures = render(open_picture(draw_photo(size=size)))
    found = {name: Image.open(io.BytesIO(body)).size for name, body in pictures.items()}

    assert found == {name: fitted(*size, edge) for name, edge in SIZES.items()}
