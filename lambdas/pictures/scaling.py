"""Scaling and flattening in strips, so that no copy of a whole large picture is made."""

from __future__ import annotations

from PIL import Image, ImageChops

from lambdas.pictures.limits import reduction

# Pixels that are converted at a time, before reduction: 256 rows of a large photo.
STRIP_PIXELS = 256 * 12_000
# Pixels that are resized at a time; the few rows that two strips share are resized twice.
RESIZED_PIXELS = 512 * 1024
PLAIN_MODES = ("RGB", "L", "CMYK")


def shrink(image: Image.Image, target: tuple[int, int]) -> Image.Image:
    """Return the picture without transparency, of size `target`, in RGB, L or CMYK."""
    factor = reduction(image.size, target)
    if factor > 1 or not _is_plain(image):
        reduced = _reduce(image, factor)
        box = (0.0, 0.0, image.width / factor, image.height / factor)
    else:
        reduced, box = image, (0.0, 0.0, float(image.width), float(image.height))
    if reduced.size == target and factor == 1:
        return reduced
    return _resized(reduced, target, box)


def _resized(
    image: Image.Image, target: tuple[int, int], box: tuple[float, float, float, float]
) -> Image.Image:
    """Resize in strips: Pillow resizes rows first, and keeps all of them as large as they were.

    A strip takes pixels beyond its box into account, so that no seams are seen.
    """
    resized = Image.new(image.mode, target)
    rows = max(1, RESIZED_PIXELS // max(image.width, target[0]))
    scale = box[3] / target[1]
    for top in range(0, target[1], rows):
        bottom = min(top + rows, target[1])
        part = (box[0], top * scale, box[2], min(bottom * scale, box[3]))
        size = (target[0], bottom - top)
        resized.paste(image.resize(size, Image.Resampling.LANCZOS, box=part), (0, top))
    return resized


def _reduce(image: Image.Image, factor: int) -> Image.Image:
    size = (-(-image.width // factor), -(-image.height // factor))
    mode = image.mode if _is_plain(image) else "L" if _is_deep(image) else "RGB"
    reduced = Image.new(mode, size)
    rows = max(1, STRIP_PIXELS // image.width // factor) * factor
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        flat = _flatten(strip)
        reduced.paste(flat.reduce(factor) if factor > 1 else flat, (0, top // factor))
    return reduced


def _is_plain(image: Image.Image) -> bool:
    return image.mode in PLAIN_MODES and "transparency" not in image.info


def _is_deep(image: Image.Image) -> bool:
    return image.mode == "I" or image.mode.startswith("I;16")


def _flatten(image: Image.Image) -> Image.Image:
    """Return a picture of a plain mode; what is transparent becomes white."""
    if _is_deep(image):
        return _flatten_deep(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image if image.mode in PLAIN_MODES else image.convert("RGB")


def _flatten_deep(image: Image.Image) -> Image.Image:
    """Return greys of eight bits; the one that is transparent becomes white."""
    flat = image.point(lambda value: value / 256).convert("L")
    key = image.info.get("transparency")
    if isinstance(key, int) and image.mode == "I;16":
        pixels = image.tobytes()
        parts = ((pixels[1::2], key >> 8), (pixels[::2], key & 255))
        high, low = (
            Image.frombytes("L", image.size, part).point([255 * (n == own) for n in range(256)])
            for part, own in parts
        )
        flat.paste(255, mask=ImageChops.darker(high, low))
    return flat
