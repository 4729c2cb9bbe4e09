"""The bodies of requests with PINs."""

from __future__ import annotations

import msgspec


class PinRequest(msgspec.Struct):
    """The body of `POST /g/{event_id}/pin`: the PIN that the host gave out."""

    pin: str


class DatePinRequest(msgspec.Struct):
    """The body of `PUT /events/dates/pin`: 4 to 8 digits, or null for none."""

    pin: str | None
