"""What scenes are drawn with: light, hills, people and the like."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Color = tuple[int, int, int]
Size = tuple[int, int]


def gradient(size: Size, colors: Sequence[Color], until: int) -> Image.Image:
    """Return vertical bands of colors that blend, reaching the last color at row `until`."""
    column = Image.new("RGB", (1, len(colors)))
    column.putdata(list(colors))
    image = Image.new("RGB", size, colors[-1])
    image.paste(column.resize((size[0], until), Image.Resampling.BICUBIC), (0, 0))
    return image


def glow(
    image: Image.Image, center: tuple[float, float], radius: float, color: Color, strength: float
) -> Image.Image:
    """Return the picture with a soft light added around a point."""
    edge = max(2, round(radius * 2))
    light = Image.radial_gradient("L").resize((edge, edge))
    mask = light.point(
        [max(0, round((255 - min(255, v * 1.42)) ** 1.6 / 255**0.6 * strength)) for v in range(256)]
    )
    glow = Image.new("RGB", image.size)
    glow.paste(color, (round(center[0] - radius), round(center[1] - radius)), mask)
    return ImageChops.screen(image, glow)


def bokeh(
    image: Image.Image,
    rng: random.Random,
    count: int,
    band: tuple[float, float],
    colors: Sequence[Color],
) -> Image.Image:
    """Return the picture with lights out of focus between two heights, 0 (top) to 1 (bottom)."""
    lights = Image.new("RGB", image.size)
    pen = ImageDraw.Draw(lights, "RGBA")
    for _ in range(count):
        x, y = rng.uniform(0, image.width), rng.uniform(*band) * image.height
        radius = max(image.size) * rng.uniform(0.008, 0.03)
        pen.ellipse(
            (x - radius, y - radius, x + radius, y + radius),
            fill=(*rng.choice(colors), rng.randint(50, 130)),
        )
    return ImageChops.screen(image, lights.filter(ImageFilter.GaussianBlur(1.6)))


def hills(image: Image.Image, base: float, tall: float, color: Color, rng: random.Random) -> None:
    """Draw rounded hills whose edges rise `tall` pixels above `base`."""
    phases = [(rng.uniform(0, 6), rng.uniform(1.2, 3.4) * (n + 1), 1 / (n + 1)) for n in range(4)]
    points = [(0.0, float(base))]
    for x in range(0, image.width + 8, 6):
        wave = sum(
            share * math.sin(phase + pitch * x / image.width * 3) for phase, pitch, share in phases
        )
        points.append((float(x), base - tall * (0.75 + 0.22 * wave)))
    ImageDraw.Draw(image).polygon([*points, (float(image.width + 8), float(base))], fill=color)


def peaks(
    pen: ImageDraw.ImageDraw, size: Size, base: float, tall: float, color: Color, rng: random.Random
) -> None:
    """Draw mountains that rise `tall` pixels above `base`."""
    points = [(0.0, base)]
    points += [
        (
            size[0] * number / 8 + rng.uniform(-20, 20),
            base - tall * rng.uniform(0.1, 1) * (number % 2),
        )
        for number in range(1, 9)
    ]
    pen.polygon([(0, size[1] * 0.62), *points, (size[0], size[1] * 0.62)], fill=color)


def clouds(image: Image.Image, rng: random.Random, below: float) -> None:
    """Draw soft clouds above row `below`."""
    layer = Image.new("L", image.size)
    pen = ImageDraw.Draw(layer)
    for _ in range(5):
        x, y = rng.uniform(0, image.width), rng.uniform(below * 0.1, below)
        for _ in range(14):
            dx, dy = rng.gauss(0, image.width * 0.05), rng.gauss(0, image.height * 0.012)
            radius = image.width * rng.uniform(0.01, 0.03)
            pen.ellipse(
                (x + dx - radius * 1.6, y + dy - radius, x + dx + radius * 1.6, y + dy + radius),
                fill=210,
            )
    image.paste(
        (255, 255, 255), (0, 0), layer.filter(ImageFilter.GaussianBlur(image.width * 0.012))
    )


def person(
    pen: ImageDraw.ImageDraw,
    x: float,
    foot: float,
    tall: float,
    color: Color,
    *,
    raised: bool = False,
) -> None:
    """Draw a silhouette that stands at (x, foot)."""
    head, half = tall * 0.075, tall * 0.115
    top = foot - tall
    pen.ellipse((x - head, top, x + head, top + head * 2.3), fill=color)
    pen.rounded_rectangle(
        (x - half, top + head * 2.5, x + half, foot - tall * 0.4), tall * 0.07, fill=color
    )
    for side in (-1, 1):
        leg = x + side * half * 0.5
        pen.line(
            (leg, foot - tall * 0.45, leg + side * tall * 0.02, foot),
            fill=color,
            width=max(2, round(tall * 0.085)),
        )
        shoulder = (x + side * half * 0.85, top + head * 3.1)
        hand = (
            (x + side * tall * 0.19, top - tall * 0.04)
            if raised
            else (x + side * tall * 0.165, foot - tall * 0.45)
        )
        pen.line((*shoulder, *hand), fill=color, width=max(2, round(tall * 0.055)))


def glass(pen: ImageDraw.ImageDraw, x: float, foot: float, tall: float) -> None:
    """Draw a wine glass that stands at `foot`."""
    light = (255, 240, 214, 120)
    pen.ellipse(
        (x - tall * 0.2, foot - tall * 0.03, x + tall * 0.2, foot + tall * 0.03), fill=light
    )
    pen.line((x, foot, x, foot - tall * 0.5), fill=light, width=max(2, round(tall * 0.03)))
    pen.pieslice(
        (x - tall * 0.2, foot - tall * 1.2, x + tall * 0.2, foot - tall * 0.45),
        0,
        180,
        fill=(150, 40, 52, 190),
    )
    pen.arc(
        (x - tall * 0.2, foot - tall * 1.25, x + tall * 0.2, foot - tall * 0.45),
        0,
        180,
        fill=light,
        width=2,
    )


def rose(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, rng: random.Random) -> None:
    """Draw a flower of nested petals."""
    color = rng.choice(
        ((196, 62, 78), (232, 140, 140), (250, 226, 208), (244, 190, 150), (170, 50, 84))
    )
    for ring in range(6, 0, -1):
        reach = radius * ring / 6
        shade = tuple(min(255, max(0, c - 42 + ring * 11 + rng.randint(-6, 6))) for c in color)
        for petal in range(5):
            angle = petal * 1.2566 + ring * 0.7
            px, py = x + reach * 0.5 * math.cos(angle), y + reach * 0.5 * math.sin(angle)
            pen.ellipse(
                (px - reach * 0.55, py - reach * 0.55, px + reach * 0.55, py + reach * 0.55),
                fill=shade,
            )


def vignette(image: Image.Image) -> Image.Image:
    """Darken the corners; return the picture."""
    mask = Image.radial_gradient("L").resize(image.size).point([round(v * 0.3) for v in range(256)])
    image.paste((8, 6, 10), (0, 0), mask)
    return image


def with_grain(image: Image.Image) -> Image.Image:
    """Return the picture with the grain of a camera's sensor."""
    noise = Image.effect_noise((image.width // 2, image.height // 2), 22).resize(image.size)
    return Image.blend(image, ImageChops.overlay(image, Image.merge("RGB", [noise] * 3)), 0.35)
