"""Draw scenes of a party in the country for the sample event."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

from local.graph.brushes import (
    Size,
    bokeh,
    clouds,
    glow,
    gradient,
    hills,
    peaks,
    person,
    vignette,
    with_grain,
)
from local.graph.still_lifes import bouquet, cake, candle_table

# Scenes are drawn at this longer edge and then enlarged: they are soft anyway.
DRAWN_EDGE = 1000


def scene(index: int, size: Size) -> bytes:
    """Return scene number `index` (any number: they repeat with other details) as a JPEG."""
    rng = random.Random(index)
    scale = DRAWN_EDGE / max(size)
    drawn = (max(8, round(size[0] * scale)), max(8, round(size[1] * scale)))
    image = SCENES[index % len(SCENES)](drawn, rng)
    target = io.BytesIO()
    finished = vignette(image).resize(size, Image.Resampling.BICUBIC)
    with_grain(finished).save(target, "JPEG", quality=88)
    return target.getvalue()


def sunset_lake(size: Size, rng: random.Random) -> Image.Image:
    """Draw a sunset over a lake, with two people on the jetty."""
    width, height = size
    horizon = round(height * 0.58)
    image = gradient(size, ((36, 48, 92), (150, 84, 110), (246, 150, 84), (255, 214, 140)), horizon)
    sun = (width * 0.62, horizon - height * 0.06)
    image = glow(image, sun, height * 0.42, (255, 196, 110), 0.85)
    image = glow(image, sun, height * 0.07, (255, 246, 214), 1.0)
    for depth, color in ((0.10, (98, 70, 104)), (0.055, (58, 46, 78))):
        hills(image, horizon, height * depth, color, rng)
    water = image.crop((0, 0, width, horizon)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = water.resize((width, height - horizon)).filter(ImageFilter.GaussianBlur(3))
    water = Image.blend(water, Image.new("RGB", water.size, (30, 36, 62)), 0.35)
    image.paste(water, (0, horizon))
    pen = ImageDraw.Draw(image, "RGBA")
    for _ in range(160):
        y = rng.uniform(horizon + 3, height)
        spread = (y - horizon) / (height - horizon)
        x, length = rng.gauss(sun[0], width * (0.03 + 0.12 * spread)), width * 0.02 * (1 + spread)
        pen.line(
            (x - length, y, x + length, y), fill=(255, 220, 160, 70), width=1 + round(2 * spread)
        )
    jetty = [(width * 0.08, height), (width * 0.3, horizon + height * 0.16)]
    jetty += [(width * 0.36, horizon + height * 0.16), (width * 0.34, height)]
    pen.polygon(jetty, fill=(24, 20, 30))
    for offset, tall in ((0.0, 0.2), (0.055, 0.185)):
        person(pen, width * (0.305 + offset), horizon + height * 0.19, height * tall, (20, 17, 27))
    return image


def dancers(size: Size, rng: random.Random) -> Image.Image:
    """Draw people who dance under strings of lights at night."""
    width, height = size
    image = gradient(size, ((10, 14, 34), (26, 30, 62), (70, 48, 70), (120, 72, 66)), height)
    image = bokeh(image, rng, 26, (0.3, 0.75), ((255, 170, 100), (120, 130, 220), (240, 120, 140)))
    for row in range(3):
        left, right = height * (0.08 + 0.09 * row), height * (0.2 - 0.04 * row)
        sag = height * (0.12 + 0.03 * row)
        bulbs = 16
        for number in range(bulbs + 1):
            t = number / bulbs
            point = (width * t, left + (right - left) * t + sag * 4 * t * (1 - t))
            image = glow(image, point, height * 0.035, (255, 206, 130), 0.9)
    pen = ImageDraw.Draw(image, "RGBA")
    pen.rectangle((0, height * 0.93, width, height), fill=(16, 12, 20))
    count = max(4, round(width / height * 6))
    for number in range(count):
        x = width * (number + 0.5 + rng.uniform(-0.2, 0.2)) / count
        tall = height * rng.uniform(0.34, 0.44)
        person(
            pen, x, height * rng.uniform(0.95, 1.0), tall, (14, 11, 20), raised=rng.random() < 0.6
        )
    return image


def mountain_meadow(size: Size, rng: random.Random) -> Image.Image:
    """Draw a meadow in flower below mountains on a bright day."""
    width, height = size
    image = gradient(size, ((84, 148, 214), (156, 200, 236), (226, 238, 244)), round(height * 0.55))
    clouds(image, rng, height * 0.25)
    pen = ImageDraw.Draw(image, "RGBA")
    for depth, color in ((0.36, (138, 158, 186)), (0.44, (104, 130, 150)), (0.5, (78, 110, 104))):
        peaks(pen, size, height * depth, height * 0.2, color, rng)
    ground = round(height * 0.6)
    grass = gradient((width, height - ground), ((122, 158, 84), (70, 116, 50)), height - ground)
    image.paste(grass, (0, ground))
    hills(image, ground + 2, height * 0.05, (112, 150, 84), rng)
    pen = ImageDraw.Draw(image, "RGBA")
    for _ in range(520):
        depth = rng.random() ** 0.6
        x, y = rng.uniform(0, width), ground + (height - ground) * depth
        radius = 0.5 + 4.5 * depth
        color = rng.choice(((250, 246, 232), (246, 208, 90), (214, 110, 140), (160, 130, 210)))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*color, 220))
    return image


def balloons(size: Size, rng: random.Random) -> Image.Image:
    """Draw balloons in a summer sky above the tops of trees."""
    width, height = size
    image = gradient(size, ((62, 134, 206), (134, 190, 232), (222, 236, 240)), height)
    clouds(image, rng, height * 0.4)
    hills(image, height, height * 0.16, (66, 104, 66), rng)
    hills(image, height, height * 0.1, (46, 80, 50), rng)
    pen = ImageDraw.Draw(image, "RGBA")
    edge = min(width, height)
    knot = (width * 0.5, height * 0.84)
    palette = ((214, 72, 70), (240, 172, 64), (250, 238, 220), (94, 150, 150), (222, 132, 150))
    for _ in range(17):
        x, y = rng.gauss(0.5, 0.15) * width, rng.uniform(0.14, 0.5) * height
        radius, color = edge * rng.uniform(0.06, 0.085), rng.choice(palette)
        pen.line((x, y + radius, *knot), fill=(250, 250, 250, 130), width=1)
        for step in range(24):
            inner = radius * (1 - step / 26)
            light = tuple(min(255, round(c + step * 3.2)) for c in color)
            dx = -radius * 0.012 * step
            pen.ellipse(
                (x + dx - inner, y + dx - inner * 1.2, x + dx + inner, y + dx + inner * 1.2),
                fill=light,
            )
    return image


def garden_tent(size: Size, rng: random.Random) -> Image.Image:
    """Draw a white tent on a lawn at dusk, lit from inside, with guests around it."""
    width, height = size
    ground = round(height * 0.72)
    image = gradient(size, ((34, 48, 88), (92, 96, 140), (222, 158, 130)), ground)
    hills(image, ground, height * 0.2, (38, 48, 62), rng)
    lawn = gradient((width, height - ground), ((64, 82, 52), (34, 50, 34)), height - ground)
    image.paste(lawn, (0, ground))
    middle, half, top = width * 0.5, width * 0.3, height * 0.28
    image = glow(image, (middle, ground - height * 0.08), width * 0.42, (255, 190, 110), 0.7)
    pen = ImageDraw.Draw(image, "RGBA")
    wall = ground - height * 0.24
    pen.rectangle((middle - half, wall, middle + half, ground), fill=(255, 214, 150))
    for number in range(7):
        x = middle - half + 2 * half * number / 6
        pen.line((x, wall, x, ground), fill=(236, 226, 210), width=max(2, round(width * 0.006)))
    roof = [(middle - half * 1.1, wall)]
    for number in range(3):
        left = middle - half + 2 * half * number / 3
        roof += [
            (left + half / 3, top if number == 1 else top + height * 0.05),
            (left + half * 2 / 3, wall - height * 0.05),
        ]
    pen.polygon([*roof[:-1], (middle + half * 1.1, wall)], fill=(246, 240, 230))
    for _ in range(max(6, round(width / height * 7))):
        x = rng.uniform(0.1, 0.9) * width
        person(
            pen,
            x,
            ground + height * rng.uniform(0.02, 0.12),
            height * rng.uniform(0.17, 0.21),
            (22, 20, 26),
        )
    return image


SCENES: tuple[Callable[[Size, random.Random], Image.Image], ...] = (
    sunset_lake,
    dancers,
    candle_table,
    cake,
    mountain_meadow,
    bouquet,
    garden_tent,
    balloons,
)
