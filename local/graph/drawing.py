"""Draw the images of emulated posts."""

from __future__ import annotations

import functools
import io
import random

from PIL import Image, ImageDraw, ImageFilter


@functools.lru_cache(maxsize=64)
def draw(seed: str, size: tuple[int, int]) -> bytes:
    """Return a JPEG of soft lights over a gradient, the same for equal seeds."""
    rng = random.Random(seed)
    top, bottom = ([rng.randint(40, 235) for _ in range(3)] for _ in range(2))
    small = Image.new("RGB", (1, 2))
    small.putdata([tuple(top), tuple(bottom)])
    image = small.resize((size[0] // 4, size[1] // 4), Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(image, "RGBA")
    for _ in range(28):
        x, y, radius = rng.randint(0, image.width), rng.randint(0, image.height), rng.randint(8, 60)
        colour = (*[rng.randint(120, 255) for _ in range(3)], rng.randint(40, 120))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    target = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(2)).resize(size, Image.Resampling.BICUBIC).save(
        target, "JPEG", quality=85
    )
    return target.getvalue()
