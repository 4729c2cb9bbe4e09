"""Draw scenes of a party in the country for the sample event."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

from local.graph.brushes import (
    Size,
    bokeh,
    clouds,
    glass,
    glow,
    gradient,
    hills,
    peaks,
    person,
    rose,
    vignette,
    with_grain,
)

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


def candle_table(size: Size, rng: random.Random) -> Image.Image:
    """Draw a laid table with candles in front of lights out of focus."""
    width, height = size
    image = gradient(size, ((22, 15, 20), (58, 34, 30), (84, 48, 34)), height)
    image = bokeh(image, rng, 46, (0.02, 0.62), ((255, 190, 110), (255, 150, 90), (255, 226, 170)))
    pen = ImageDraw.Draw(image, "RGBA")
    table = round(height * 0.68)
    pen.rectangle((0, table, width, height), fill=(226, 214, 196))
    shade = gradient((width, height - table), ((120, 92, 74), (214, 196, 170)), height - table)
    image.paste(Image.blend(image.crop((0, table, width, height)), shade, 0.75), (0, table))
    pen = ImageDraw.Draw(image, "RGBA")
    base = max(width, height)
    for number in range(3):
        x, y = width * (0.2 + 0.3 * number), height * (0.8 + 0.03 * (number % 2))
        pen.ellipse(
            (x - base * 0.1, y - base * 0.024, x + base * 0.1, y + base * 0.024),
            fill=(250, 246, 238),
        )
        pen.ellipse(
            (x - base * 0.068, y - base * 0.015, x + base * 0.068, y + base * 0.013),
            fill=(233, 225, 212),
        )
        glass(pen, x + base * 0.115, y - base * 0.02, base * 0.15)
    for x, tall in ((0.34, 0.2), (0.5, 0.27), (0.63, 0.17)):
        foot, top, half = height * 0.76, height * 0.76 - base * tall, base * 0.013
        pen.rectangle((width * x - half, top, width * x + half, foot), fill=(244, 232, 208))
        image = glow(image, (width * x, top - base * 0.02), base * 0.13, (255, 176, 84), 0.8)
        pen = ImageDraw.Draw(image, "RGBA")
        pen.ellipse(
            (width * x - half * 0.7, top - base * 0.045, width * x + half * 0.7, top),
            fill=(255, 240, 190),
        )
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


def cake(size: Size, rng: random.Random) -> Image.Image:
    """Draw a cake of three tiers with flowers on it."""
    width, height = size
    image = gradient(size, ((224, 214, 204), (242, 232, 220), (206, 188, 170)), height)
    image = bokeh(image, rng, 22, (0.0, 0.6), ((255, 244, 226), (250, 220, 190), (220, 226, 210)))
    pen = ImageDraw.Draw(image, "RGBA")
    edge = min(width, height)
    middle, floor = width * 0.5, height * 0.86
    pen.rectangle((0, floor, width, height), fill=(150, 112, 84))
    pen.ellipse(
        (middle - edge * 0.36, floor - edge * 0.03, middle + edge * 0.36, floor + edge * 0.04),
        fill=(236, 230, 222),
    )
    bottom = floor
    for half, tall in ((0.28, 0.2), (0.205, 0.18), (0.13, 0.15)):
        top = bottom - edge * tall
        for step in range(round(edge * half * 2)):
            x = middle - edge * half + step
            light = 1 - 0.28 * abs(step / (edge * half * 2) - 0.38)
            pen.line((x, top, x, bottom), fill=tuple(round(c * light) for c in (255, 250, 243)))
        pen.ellipse(
            (middle - edge * half, top - edge * 0.022, middle + edge * half, top + edge * 0.022),
            fill=(255, 252, 247),
        )
        for _ in range(round(half * 70)):
            x = middle + rng.uniform(-0.95, 0.95) * edge * half
            rose(
                pen, x, bottom - rng.uniform(0, 0.028) * edge, edge * rng.uniform(0.014, 0.026), rng
            )
        bottom = top
    for _ in range(9):
        rose(
            pen,
            middle + rng.gauss(0, 0.035) * edge,
            bottom - rng.uniform(0, 0.05) * edge,
            edge * 0.032,
            rng,
        )
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


def bouquet(size: Size, rng: random.Random) -> Image.Image:
    """Draw a bouquet of roses close up."""
    width, height = size
    image = gradient(size, ((70, 88, 64), (112, 128, 92), (60, 72, 52)), height)
    image = bokeh(image, rng, 30, (0.0, 1.0), ((150, 170, 120), (200, 206, 160), (236, 226, 190)))
    image = image.filter(ImageFilter.GaussianBlur(4))
    pen = ImageDraw.Draw(image, "RGBA")
    edge = min(width, height)
    for _ in range(90):
        angle, reach = rng.uniform(0, 2 * math.pi), edge * rng.uniform(0.25, 0.46)
        x, y = width * 0.5 + reach * math.cos(angle), height * 0.54 + reach * math.sin(angle) * 0.9
        leaf = edge * rng.uniform(0.03, 0.06)
        green = (rng.randint(44, 96), rng.randint(84, 130), rng.randint(50, 84))
        pen.ellipse((x - leaf, y - leaf * 0.45, x + leaf, y + leaf * 0.45), fill=green)
    spots = sorted((rng.uniform(0, 0.34) ** 0.8, rng.uniform(0, 2 * math.pi)) for _ in range(34))
    for reach, angle in reversed(spots):
        x = width * 0.5 + edge * reach * math.cos(angle)
        y = height * 0.52 + edge * reach * math.sin(angle) * 0.9
        rose(pen, x, y, edge * rng.uniform(0.06, 0.095), rng)
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
