"""The door of an event with a PIN: who is let in, and which routes of dates ask."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.api.request import Request
from lambdas.api.routing import Route
from lambdas.guests.pins.date_pin import DatePinStore
from lambdas.guests.pins.pin import Pin
from lambdas.guests.pins.tries import Tries
from lambdas.guests.settings import PIN_COOKIE
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Forbidden, Unauthenticated
from lambdas.storage.events.event import Event, EventStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# Dates can be looked at, and their photos reported, without the PIN that uploads need.
LOOKING, REPORTS = "view", "/reports"
PRIVATE = "private, no-store"


class PinRequired(Unauthenticated):
    """The event's PIN has to be entered first."""

    code = "pin_required"


@dataclass(frozen=True, kw_only=True)
class Door:
    """Decides who is let in.

    `date_pins` is None where dates need no PIN. `read_secret` reads what signs proofs. `is_host`
    returns whether a request comes from a host of an event, who needs no PIN.
    """

    events: EventStore
    date_pins: DatePinStore | None
    table: Table
    read_secret: Callable[[], str]
    is_host: Callable[[Request, str], bool]
    behind_cdn: bool
    clock: Clock

    def pin_of(self, event: Event) -> Pin | None:
        """Return the PIN of an event, for a date that of uploads, or None.

        Raises Forbidden for a date that takes no photos before an operator sets a PIN.
        """
        if event.pin_hash:
            return Pin(event.id, event.pin_hash, event.pin_version)
        if not (event.whole_day and self.date_pins):
            return None
        if pin := self.date_pins.get():
            return pin
        raise Forbidden(
            "This event takes no photos yet: the site operator has to set a PIN first.",
            code="date_pin_missing",
        )

    def asked_on(self, route: Route, event: Event) -> Pin | None:
        """Return the PIN that a route asks for, or None."""
        open_on_dates = route.function == LOOKING or route.path.endswith(REPORTS)
        return None if event.whole_day and open_on_dates else self.pin_of(event)

    def is_open(self, pin: Pin, event: Event, request: Request) -> bool:
        """Return whether a request is let in: by the proof of this PIN, or from a host."""
        cookie = request.cookies.get(PIN_COOKIE, "")
        if cookie and pin.is_proved(cookie, event.id, self.read_secret()):
            return True
        return self.is_host(request, event.id)

    def asks_before_uploads(self, event: Event, request: Request) -> bool:
        """Return whether the page of a date leads to the PIN before photos are chosen."""
        if not (event.whole_day and self.date_pins):
            return False
        pin = self.date_pins.get()
        return pin is None or not self.is_open(pin, event, request)

    def tries(self, pin: Pin, request: Request) -> Tries:
        """Return the count of wrong tries of a PIN from the address of a request."""
        return Tries(self.table, pin, self.address_of(request), self.clock)

    def address_of(self, request: Request) -> str:
        """Return the address of a request as it is counted: as a hash that cannot be searched."""
        address = request.client_address(self.behind_cdn)
        key = self.read_secret().encode()
        return hmac.new(key, f"address\0{address}".encode(), hashlib.sha256).hexdigest()[:32]
