"""An event's accent colour, made readable: on light and dark pages, and with text on it."""

from __future__ import annotations

import base64
import colorsys
import hashlib
import re
from dataclasses import dataclass, replace

from lambdas.storage.events.event import Event

COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
# The backgrounds of page.css.
LIGHT, DARK = "#faf7f2", "#161412"
WHITE, BLACK = "#ffffff", "#000000"
# Source: WCAG 2.2, success criterion 1.4.3.
MIN_CONTRAST = 4.5
STEPS = 100

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Accent:
    """The accent on light and on dark pages, and the colour of text on either."""

    light: str
    on_light: str
    dark: str
    on_dark: str

    @classmethod
    def of(cls, colour: str) -> Accent:
        """Return the accents nearest to a colour such as `#9c3d1f` that can be read."""
        light, dark = _readable(colour, LIGHT), _readable(colour, DARK)
        return cls(light, _text_on(light), dark, _text_on(dark))

    @property
    def on_paper(self) -> Accent:
        """Return the accent of what is printed: light, also for those who prefer dark pages."""
        return replace(self, dark=self.light, on_dark=self.on_light)

    @property
    def on_wall(self) -> Accent:
        """Return the accent of a wall: always on dark, for a projector."""
        return replace(self, light=self.dark, on_light=self.on_dark)

    @property
    def css(self) -> str:
        """Return the style sheet that replaces the page's own accent."""
        light = f":root{{--accent:{self.light};--on-accent:{self.on_light}}}"
        dark = f":root{{--accent:{self.dark};--on-accent:{self.on_dark}}}"
        return f"{light}@media (prefers-color-scheme:dark){{{dark}}}"

    @property
    def digest(self) -> str:
        """Return the source that lets a page's policy allow this style sheet and no other."""
        digest = hashlib.sha256(self.css.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"


def accent_of(event: Event) -> Accent | None:
    """Return the accent of an event that has one."""
    return Accent.of(event.accent) if event.accent else None


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _readable(colour: str, background: str) -> str:
    """Return the nearest lightness of a colour that is readable on a background."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    goal = 0.0 if _luminance(background) > 0.5 else 1.0
    for step in range(STEPS + 1):
        part = step / STEPS
        moved = lightness + (goal - lightness) * part
        candidate = _hex(colorsys.hls_to_rgb(hue, moved, saturation))
        if contrast(candidate, background) >= MIN_CONTRAST:
            return candidate
    raise AssertionError("black or white can be read on any page")


def _text_on(colour: str) -> str:
    return max((WHITE, BLACK), key=lambda text: contrast(text, colour))


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)
