"""A canvas around a picture, in the colour of the edge that it extends."""

from __future__ import annotations

from PIL import Image

# This share of the picture, along the edge that is extended, gives the colour.
EDGE_SHARE = 0.01

Color = tuple[int, int, int]


def padded(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a canvas of a size with the picture in its middle; each side has its own colour."""
    width, height = picture.size
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    columns, rows = max(1, round(width * EDGE_SHARE)), max(1, round(height * EDGE_SHARE))
    if size[0] > width:
        before, after = (0, 0, columns, height), (width - columns, 0, width, height)
        rest = (left + width, 0, *size)
    else:
        before, after = (0, 0, width, rows), (0, height - rows, width, height)
        rest = (0, top + height, *size)
    canvas = Image.new("RGB", size, _average(picture.crop(before)))
    canvas.paste(_average(picture.crop(after)), rest)
    canvas.paste(picture, (left, top))
    return canvas


def _average(edge: Image.Image) -> Color:
    pixel = edge.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    if not isinstance(pixel, tuple):
        raise TypeError("not a picture in RGB")
    return int(pixel[0]), int(pixel[1]), int(pixel[2])
