"""Pictures for posts."""

from __future__ import annotations

import io

from PIL import Image

PICTURE = "https://photos.example.com/a.jpg"


def jpeg(size: tuple[int, int] = (1080, 1080), kind: str = "JPEG") -> bytes:
    """Return a picture as a file."""
    target = io.BytesIO()
    Image.new("RGB", size).save(target, kind)
    return target.getvalue()
