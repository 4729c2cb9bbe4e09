"""The checks that Meta makes of an image to publish."""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from local.graph.container_record import ArrivedFile
from local.graph.errors import GraphError, media_not_fetched
from local.graph.fetch import Fetch, Fetched

MAX_IMAGE_BYTES = 8 * 1024 * 1024
MIN_RATIO, MAX_RATIO = 0.8, 1.91
RATIO_TOLERANCE = 0.005
# The keys under which Pillow gives what a file says beside its picture.
METADATA = {
    "exif": "exif", "xmp": "xmp", "icc_profile": "icc", "comment": "comment", "photoshop": "iptc",
}  # fmt: skip


def fetch_image(url: str, fetch: Fetch, *, has_any_ratio: bool) -> ArrivedFile:
    """Fetch an image and return what arrived.

    Raises GraphError unless it is a JPEG of an accepted size and aspect ratio.
    """
    try:
        fetched = fetch(url)
    except TimeoutError:
        raise GraphError(-2, "It takes too long to download the media.", 2207003) from None
    except (OSError, ValueError):
        raise media_not_fetched() from None
    return _checked(fetched, has_any_ratio=has_any_ratio)


def _checked(fetched: Fetched, *, has_any_ratio: bool) -> ArrivedFile:
    if not fetched.is_a("image"):
        raise media_not_fetched()
    if len(fetched.content) > MAX_IMAGE_BYTES:
        raise GraphError(36000, "The image size is too large.", 2207004)
    try:
        image = Image.open(io.BytesIO(fetched.content))
        image.load()
    except Exception:
        raise media_not_fetched() from None
    # An MPO is a JPEG with further pictures: Pillow names it by its own format.
    if image.format != "JPEG":
        raise GraphError(36001, "The image format is not supported.", 2207005)
    ratio = image.width / image.height
    if not has_any_ratio and not (
        MIN_RATIO - RATIO_TOLERANCE <= ratio <= MAX_RATIO + RATIO_TOLERANCE
    ):
        message = "The submitted image with aspect ratio cannot be published."
        raise GraphError(36003, message, 2207009)
    return ArrivedFile(
        sha256=hashlib.sha256(fetched.content).hexdigest(),
        size=len(fetched.content),
        width=image.width,
        height=image.height,
        format="JPEG",
        metadata=tuple(METADATA[key] for key in METADATA if image.info.get(key)),
    )
