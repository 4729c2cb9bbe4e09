"""The size and the part of a picture that are posted: arithmetic only."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from lambdas.publishing.fit import Fit
from lambdas.publishing.media_limits import ImageLimits

Size = tuple[int, int]
WHOLE = (1.0, 1.0)


@dataclass(frozen=True)
class Frame:
    """How a picture is posted; sizes are width and height in pixels.

    `canvas` is what is posted, `picture` the place that the picture takes in its middle. `kept`
    are the shares of the picture's width and height, around its centre, that are shown.
    """

    canvas: Size
    picture: Size
    kept: tuple[float, float] = WHOLE

    @property
    def is_padded(self) -> bool:
        """Whether there is more of the canvas than the picture takes."""
        return self.canvas != self.picture


def frame_of(size: Size, limits: ImageLimits, fit: Fit) -> Frame:
    """Return how an upright picture of a size is brought into the limits.

    It is enlarged only if it is narrower than Instagram takes. The ratio of the result is inside
    the limits after rounding, too.
    """
    width, height = size
    if fit is Fit.CROP:
        shown = (min(width, height * limits.max_ratio), min(height, width / limits.min_ratio))
    else:
        shown = (width, height)
    full = (max(shown[0], height * limits.min_ratio), max(shown[1], width / limits.max_ratio))
    if fit is Fit.CROP:
        full = shown
    wanted = min(max(full[0], limits.min_width), limits.max_width)
    scale = wanted / full[0]
    canvas = _rounded(full[0] * scale, full[1] * scale, limits)
    if fit is Fit.CROP:
        return Frame(canvas, canvas, (shown[0] / width, shown[1] / height))
    picture = (
        canvas[0] if full[0] == width else max(1, min(canvas[0], round(width * scale))),
        canvas[1] if full[1] == height else max(1, min(canvas[1], round(height * scale))),
    )
    return Frame(canvas, picture)


def _rounded(width: float, height: float, limits: ImageLimits) -> Size:
    """Return whole pixels whose ratio is truly inside the limits."""
    columns = min(max(round(width), limits.min_width), limits.max_width)
    lowest, highest = ceil(columns / limits.max_ratio), floor(columns / limits.min_ratio)
    return columns, min(max(round(height), lowest), highest)
