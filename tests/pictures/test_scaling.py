"""Scaling in strips."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops

from lambdas.pictures.limits import reduction
from lambdas.pictures.scaling import RESIZED_PIXELS, shrink


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    ("size", "target"),
    [((2016, 1512), (2000, 1500)), ((3500, 875), (2903, 726)), ((700, 4000), (666, 3001))],
)
def test_strips_leave_no_seams(mode: str, size: tuple[int, int], target: tuple[int, int]) -> None:
    # So weak that nothing is clipped, which would depend on the order of rows and columns.
    image = Image.merge("RGB", [Image.effect_noise(size, 20) for _ in range(3)]).convert(mode)
    assert reduction(size, target) == 1
    assert target[1] > RESIZED_PIXELS // max(size[0], target[0])

    strips, whole = shrink(image, target), image.resize(target, Image.Resampling.LANCZOS)

    assert (strips.size, strips.mode) == (target, mode)
    bands = ImageChops.difference(strips, whole).split()
    assert max(band.getextrema()[1] for band in bands) <= 2  # type: ignore[operator]
