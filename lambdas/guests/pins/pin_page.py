"""The page on which guests enter the PIN; it needs no JavaScript."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lambdas.guests.accent import Accent
from lambdas.guests.page import Page
from lambdas.storage.events.event import Event

# Where the form leads back to, below the event's own address: never to another site.
WAY_BACK = re.compile(r"(?:/[a-z]{1,20}(?:\.svg)?)?(?:\?[A-Za-z0-9_=&.%~+-]{1,400})?", re.ASCII)


@dataclass(frozen=True)
class PinPage(Page):
    """The variables of the page; `back` is where the guest was going, `problem` a sentence."""

    template = "pin.html"

    event: Event
    back: str
    problem: str
    accent: Accent | None


def way_back(text: str) -> str:
    """Return a way back if it stays on the event's pages, else that to its first page."""
    return text if WAY_BACK.fullmatch(text) else ""
