"""The page of an event's hosts: an empty frame, which its script fills once a link is open."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.guests.accent import Accent
from lambdas.guests.page import Page
from lambdas.storage.events.event import Event


@dataclass(frozen=True)
class HostPage(Page):
    """The variables of the host's page."""

    template = "host.html"

    event: Event
    accent: Accent | None
