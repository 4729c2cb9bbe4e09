"""The shapes of tiles: a picture's tile has that of these which is nearest to the picture's own.

The page's policy forbids styles in the markup, so that each shape is a class of the style sheet
(page.css).
"""

from __future__ import annotations

import math

SHAPES = (
    (1, 2),
    (9, 16),
    (2, 3),
    (3, 4),
    (4, 5),
    (1, 1),
    (5, 4),
    (4, 3),
    (3, 2),
    (16, 9),
    (2, 1),
    (5, 2),
    (3, 1),
)


def shape_class(size: tuple[int, int]) -> str:
    """Return the class of the tile of a picture, whose width and height are in pixels."""
    picture = math.log(size[0] / size[1])
    width, height = min(SHAPES, key=lambda shape: abs(math.log(shape[0] / shape[1]) - picture))
    return f"shape-{width}-{height}"
