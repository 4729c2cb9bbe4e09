"""The PIN in a request that changes an event."""

from __future__ import annotations

from lambdas.api.findings import Findings
from lambdas.guests.hosting.event_request import EventChangeRequest
from lambdas.guests.pins.pin import SENTENCE, hash_of, is_pin
from lambdas.storage.events.event import Event

# What strangers try first.
EASY = ("0123456789", "9876543210")


def changed_pin(event: Event, request: EventChangeRequest, found: Findings) -> dict[str, object]:
    """Return what a request changes of an event's PIN, and report what cannot be one."""
    pin = request.pin
    if pin is None:
        cleared: dict[str, object] = {"pin_hash": None, "pin_version": event.pin_version + 1}
        return cleared if event.pin_hash else {}
    if not isinstance(pin, str):
        return {}
    if not is_pin(pin):
        found.refuse("pin", "invalid_pin", f"pin: {SENTENCE}")
        return {}
    if len(set(pin)) == 1 or any(pin in row for row in EASY):
        found.warn("pin", "easy_pin", "pin: strangers try this one first; choose another.")
    return {"pin_hash": hash_of(pin), "pin_version": event.pin_version + 1}
