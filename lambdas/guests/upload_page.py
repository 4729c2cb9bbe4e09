"""The plain form for one photo."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.guests.accent import Accent
from lambdas.guests.capacity import Capacity
from lambdas.guests.page import Page
from lambdas.guests.views import LimitsJson
from lambdas.storage.events.event import Event, Section
from lambdas.storage.objects import PostGrant


@dataclass(frozen=True)
class UploadPage(Page):
    """The variables of the form.

    `arrived` is a sentence about the photo that was just sent, `consent_field` the name of the
    field with the guest's answer, where the event asks, `name_field` that of the guest's name.
    """

    template = "upload.html"

    event: Event
    grant: PostGrant
    arrived: str | None
    accept: str
    limits: LimitsJson
    consent_field: str
    name_field: str
    photos_visible: bool
    accent: Accent | None
    section: Section | None
    capacity: Capacity
