"""The shapes of tiles."""

from __future__ import annotations

import re

import pytest

from lambdas.guests.page import HERE
from lambdas.guests.tile_shapes import SHAPES, shape_class

STYLES = (HERE / "static" / "page.css").read_text()


@pytest.mark.parametrize(
    ("size", "name"),
    [
        ((4032, 3024), "shape-4-3"),
        ((3024, 4032), "shape-3-4"),
        ((1080, 1920), "shape-9-16"),
        ((2000, 1333), "shape-3-2"),
        ((1440, 1440), "shape-1-1"),
        ((12000, 1080), "shape-3-1"),
        ((1, 3000), "shape-1-2"),
    ],
)
def test_pictures_get_the_nearest_shape(size: tuple[int, int], name: str) -> None:
    assert shape_class(size) == name


def test_styles_know_every_shape() -> None:
    known = re.findall(r"\.shape-(\d+)-(\d+) {\s+--shape: ([\d.]+);", STYLES)

    assert {(int(width), int(height)) for width, height, _ in known} == set(SHAPES)
    for width, height, shape in known:
        assert float(shape) == pytest.approx(int(width) / int(height), abs=0.001)
