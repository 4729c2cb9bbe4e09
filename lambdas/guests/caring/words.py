"""The words of messages to hosts. They name no guest, and no secret of a link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from lambdas.guests.caring.counting import Counts
from lambdas.guests.caring.outbox import Kind
from lambdas.kit.clock import to_rfc3339
from lambdas.storage.events.event import Event

# A title of any direction stays by itself, and does not reorder the sentence around it.
ISOLATE, END = "\u2068", "\u2069"
# What could begin another header or line. Titles have none, unless a row was changed by hand.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class EventJson(msgspec.Struct):
    """The event of a message; `url` is the guests' page."""

    id: str
    title: str
    url: str


class MessageJson(msgspec.Struct):
    """The body of a webhook. `host_url` needs a host link; `deletes_at` is null without one."""

    type: Kind
    event: EventJson
    photos: int
    guests: int
    waiting: int
    reported: int
    host_url: str
    deletes_at: str | None
    sent_at: str


@dataclass(frozen=True)
class Words:
    """A message about an event; `deletes_at` is when the event is deleted, if that is known."""

    kind: Kind
    event: Event
    counts: Counts
    public_url: str
    deletes_at: datetime | None = None

    @property
    def subject(self) -> str:
        """Return the subject of the mail, one line."""
        title = f"{ISOLATE}{CONTROLS.sub(' ', self.event.title).strip()}{END}"
        match self.kind:
            case Kind.PHOTOS_WAITING:
                return f"{title}: {_waiting(self.counts)}"
            case Kind.SUMMARY:
                return f"{title}: {_arrived(self.counts)}"
            case Kind.DELETION_REMINDER:
                return f"{title}: all photos will be deleted on {self._deletion_day}"

    @property
    def text(self) -> str:
        """Return the text of the mail."""
        return "\n\n".join([self._first, *self._more, self._how_to_open]) + "\n"

    def to_json(self, now: datetime) -> MessageJson:
        """Return the body of the webhook."""
        url = f"{self.public_url}/g/{self.event.id}"
        return MessageJson(
            type=self.kind,
            event=EventJson(self.event.id, self.event.title, url),
            photos=self.counts.photos,
            guests=self.counts.guests,
            waiting=self.counts.waiting,
            reported=self.counts.reported,
            host_url=self.host_url,
            deletes_at=to_rfc3339(self.deletes_at) if self.deletes_at else None,
            sent_at=to_rfc3339(now.replace(microsecond=0)),
        )

    @property
    def host_url(self) -> str:
        """Return the address of the host's page, without the secret of a host link."""
        return f"{self.public_url}/h/{self.event.id}"

    @property
    def _first(self) -> str:
        if self.kind is Kind.PHOTOS_WAITING:
            reported = self.counts.reported
            which = f" Guests reported {reported} of them." if reported else ""
            return f"{_capital(_waiting(self.counts))} for you.{which}"
        if self.kind is Kind.SUMMARY:
            waiting = f" {_capital(_waiting(self.counts))}." if self.counts.waiting else ""
            return f"The event has {_arrived(self.counts)}.{waiting}"
        return (
            f"The event and all its photos will be deleted on {self._deletion_day}, at "
            f"{self._deletion:%H:%M} ({self.event.time_zone}) or within the hour after. "
            f"It has {_arrived(self.counts)}."
        )

    @property
    def _more(self) -> list[str]:
        if self.kind is Kind.DELETION_REMINDER:
            return [
                "If you want to keep the photos, download them before that: open the host's page "
                f"and choose Downloads. {self.host_url}",
                "If the event is to stay for longer, change its time of deletion in the settings.",
            ]
        if self.kind is Kind.SUMMARY and self.deletes_at:
            return [f"The event will be deleted on {self._deletion_day}; download it before that."]
        return []

    @property
    def _how_to_open(self) -> str:
        return (
            f"The host's page: {self.host_url}\n"
            "Open it with your host link, on a device on which you have used it before."
        )

    @property
    def _deletion(self) -> datetime:
        # Messages about a deletion have a time of it.
        return (self.deletes_at or self.event.ends_at).astimezone(ZoneInfo(self.event.time_zone))

    @property
    def _deletion_day(self) -> str:
        day = self._deletion
        return f"{day.day} {day:%B %Y}"


def _waiting(counts: Counts) -> str:
    return "1 photo waits" if counts.waiting == 1 else f"{counts.waiting} photos wait"


def _arrived(counts: Counts) -> str:
    photos = "1 photo" if counts.photos == 1 else f"{counts.photos} photos"
    guests = "1 guest" if counts.guests == 1 else f"{counts.guests} guests"
    return f"{photos} from {guests}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
