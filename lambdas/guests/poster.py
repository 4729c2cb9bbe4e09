"""The page to print: a poster, or a card for a table, with the event's QR code."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from lambdas.guests.accent import Accent, accent_of
from lambdas.guests.page import Page
from lambdas.guests.poster_words import LANGUAGES
from lambdas.guests.qr import qr_svg
from lambdas.kit.errors import InvalidRequest
from lambdas.storage.events.event import Event, Section


class PaperSize(enum.StrEnum):
    """What is printed: a poster of A4, or a card of A6."""

    A4 = "a4"
    A6 = "a6"


@dataclass(frozen=True)
class PosterPart:
    """The words of one language."""

    language: str
    heading: str
    dates: str
    steps: tuple[str, ...]
    address: str


@dataclass(frozen=True)
class PosterPage(Page):
    """The variables of the page; `qr` is an SVG of our own."""

    template = "poster.html"

    event: Event
    size: PaperSize
    url: str
    qr: str
    parts: tuple[PosterPart, ...]
    accent: Accent | None
    section: Section | None = None

    @classmethod
    def of(
        cls, event: Event, size: PaperSize, url: str, section: Section | None = None
    ) -> PosterPage:
        """Return the page of an event, or of its section, whose address is `url`."""
        parts = []
        for name in event.languages:
            words = LANGUAGES[name]
            dates = "" if event.whole_day else words.dates(event)
            heading, steps = words.heading[event.mode], words.steps[event.mode]
            parts.append(PosterPart(name, heading, dates, steps, words.address))
        qr, accent = qr_svg(url, standalone=False), accent_of(event)
        paper = accent.on_paper if accent else None
        return cls(event, size, url, qr, tuple(parts), paper, section)


def paper_size(text: str) -> PaperSize:
    """Return the size that a request names. Raises InvalidRequest."""
    try:
        return PaperSize(text)
    except ValueError:
        sizes = ", ".join(PaperSize)
        raise InvalidRequest(f"size must be one of {sizes}.", code="invalid_size") from None
