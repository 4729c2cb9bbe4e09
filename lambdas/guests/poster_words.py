"""The words of what is printed, in each language that an event can have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lambdas.storage.events.event import Event, Mode


@dataclass(frozen=True)
class Language:
    """A language: what to do per mode, in steps, and how it writes a date.

    `day` and `range` have the fields `day`, `month` and `year`, and `first` and `last`.
    """

    heading: dict[Mode, str]
    steps: dict[Mode, tuple[str, ...]]
    address: str
    months: tuple[str, ...]
    day: str
    range: str

    def dates(self, event: Event) -> str:
        """Return the day of an event in its zone, or its first and last."""
        zone = ZoneInfo(event.time_zone)
        first = event.starts_at.astimezone(zone)
        # The end is the first moment that is no part of it.
        last = datetime.fromtimestamp(event.ends_at.timestamp() - 1, zone)
        if first.date() == last.date():
            return self._day(first)
        return self.range.format(first=self._day(first), last=self._day(last))

    def _day(self, day: datetime) -> str:
        return self.day.format(day=day.day, month=self.months[day.month - 1], year=day.year)


LANGUAGES = {
    "en": Language(
        heading={
            Mode.GALLERY: "Share your photos",
            Mode.UPLOAD_ONLY: "Send us your photos",
            Mode.VIEW_ONLY: "See the photos",
        },
        steps={
            Mode.GALLERY: (
                "Point your phone’s camera at the code.",
                "Choose your photos. You need no app and no account.",
                "See the photos of all guests.",
            ),
            Mode.UPLOAD_ONLY: (
                "Point your phone’s camera at the code.",
                "Choose your photos. You need no app and no account.",
            ),
            Mode.VIEW_ONLY: ("Point your phone’s camera at the code.",),
        },
        address="Or type this address:",
        months=(
            "January", "February", "March", "April", "May", "June", "July", "August", "September",
            "October", "November", "December",
        ),
        day="{day} {month} {year}",
        range="{first} to {last}",
    ),
    "de": Language(
        heading={
            Mode.GALLERY: "Teilt eure Fotos",
            Mode.UPLOAD_ONLY: "Schickt uns eure Fotos",
            Mode.VIEW_ONLY: "Hier sind die Fotos",
        },
        steps={
            Mode.GALLERY: (
                "Richtet die Kamera eures Handys auf den Code.",
                "Wählt eure Fotos aus. Ihr braucht keine App und kein Konto.",
                "Seht die Fotos aller Gäste.",
            ),
            Mode.UPLOAD_ONLY: (
                "Richtet die Kamera eures Handys auf den Code.",
                "Wählt eure Fotos aus. Ihr braucht keine App und kein Konto.",
            ),
            Mode.VIEW_ONLY: ("Richtet die Kamera eures Handys auf den Code.",),
        },
        address="Oder gebt diese Adresse ein:",
        months=(
            "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
            "Oktober", "November", "Dezember",
        ),
        day="{day}. {month} {year}",
        range="{first} bis {last}",
    ),
}  # fmt: skip
