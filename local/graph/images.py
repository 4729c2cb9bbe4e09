"""The checks that Meta makes of an image to publish."""

from __future__ import annotations

import io

from PIL import Image

from local.graph.errors import GraphError, media_not_fetched
from local.graph.fetch import MAX_IMAGE_BYTES, Fetch

MIN_RATIO, MAX_RATIO = 0.8, 1.91
RATIO_TOLERANCE = 0.005


def check_image(url: str, fetch: Fetch, *, has_any_ratio: bool) -> None:
    """Raise GraphError unless the URL gives a JPEG of an accepted size and aspect ratio."""
    try:
        content = fetch(url)
    except (OSError, ValueError):
        raise media_not_fetched() from None
    if len(content) > MAX_IMAGE_BYTES:
        raise GraphError(36000, "The image is too large", 2207004)
    try:
        image = Image.open(io.BytesIO(content))
    except Exception:
        raise media_not_fetched() from None
    if image.format != "JPEG":
        raise GraphError(36001, "The image format is not supported", 2207005)
    ratio = image.width / image.height
    if not has_any_ratio and not (
        MIN_RATIO - RATIO_TOLERANCE <= ratio <= MAX_RATIO + RATIO_TOLERANCE
    ):
        message = "The submitted image with aspect ratio cannot be published"
        raise GraphError(36003, message, 2207009)
