"""Draw still lifes for the sample event: a laid table, a cake, flowers."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw, ImageFilter

from local.graph.brushes import Size, bokeh, glass, glow, gradient, rose


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
