"""Why an event takes no photos now, in a sentence; what guests read instead of photos."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from lambdas.kit.errors import Forbidden
from lambdas.storage.events.event import Event, Mode, Uploads

CODES = {
    Uploads.CLOSED: "uploads_closed",
    Uploads.OVER: "uploads_over",
    Uploads.NOT_YET: "uploads_not_open",
    Uploads.VIEW_ONLY: "view_only",
}


def require_open(event: Event, now: datetime) -> None:
    """Raise Forbidden unless guests may add photos now."""
    state = event.uploads(now)
    if state is not Uploads.OPEN:
        raise Forbidden(uploads_sentence(event, state), code=CODES[state])


def uploads_sentence(event: Event, state: Uploads) -> str:
    """Return what guests read where they cannot add photos; nothing where they can."""
    match state:
        case Uploads.OPEN:
            return ""
        case Uploads.VIEW_ONLY:
            return "Guests cannot add photos to this event."
        case Uploads.NOT_YET if event.upload_opens_at:
            return f"Photos can be added from {local_time(event.upload_opens_at, event)}."
        case _:
            return "This event no longer accepts photos."


def invitation(event: Event, state: Uploads, photos_visible: bool) -> str:
    """Return what messengers show below the event's title: what its page is for now."""
    can_add = state is Uploads.OPEN
    if photos_visible:
        return f"See the photos of this event{' and add your own' if can_add else ''}."
    return "Add your photos of this event." if can_add else uploads_sentence(event, state)


def hidden_sentence(event: Event) -> str:
    """Return what guests read instead of photos that they do not see now."""
    if event.mode is Mode.UPLOAD_ONLY or event.reveal_at is None:
        return "Only the host sees the photos of this event."
    return f"The photos of this event can be seen from {local_time(event.reveal_at, event)}."


def local_time(moment: datetime, event: Event) -> str:
    """Return a time in the event's zone, for a person."""
    return f"{moment.astimezone(ZoneInfo(event.time_zone)):%-d %B %Y, %H:%M}"
