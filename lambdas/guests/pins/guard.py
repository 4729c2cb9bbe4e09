"""The guard in front of every route of an event, which is closed until its PIN was entered."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from lambdas.api.request import Request
from lambdas.api.routing import Method, Route
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.pins.door import PRIVATE, PinRequired
from lambdas.storage.events.event import Event

EVENTS = "/g/{event_id}"
ENTRANCE = "enter_pin"

Handler = Callable[[GuestsDependencies, Request], Response[Any]]


def guarded(routes: Sequence[Route], handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """Return the handlers, with the door in front of all that serve an event's routes.

    A route that is declared below `/g/{event_id}` is behind it, whatever its handler does.
    """
    behind = [one for one in routes if one.path.startswith(EVENTS) and one.handler != ENTRANCE]
    names = [route.handler for route in behind]
    if len(set(names)) < len(names):
        raise ValueError("each route of events needs a handler of its own")
    closed = {route.handler: _closed(route, handlers[route.handler]) for route in behind}
    return {**handlers, **closed}


def _closed(route: Route, handler: Handler) -> Handler:
    @functools.wraps(handler)
    def enter(dependencies: GuestsDependencies, request: Request) -> Response[Any]:
        door = dependencies.door
        event = door.events.get(request.path["event_id"], consistent=True)
        pin = door.asked_on(route, event)
        if pin is None:
            return handler(dependencies, request)
        if not door.is_open(pin, event, request):
            if route.page and route.method is Method.GET and request.accepts_html:
                return dependencies.pin_page(event, _way_back(event, request))
            raise PinRequired("Enter the event's PIN first: open its page, or load it again.")
        answer = handler(dependencies, request)
        # Nothing of it may be served to others who have not entered the PIN.
        answer.headers["Cache-Control"] = PRIVATE
        return answer

    return enter


def _way_back(event: Event, request: Request) -> str:
    """Return the part of a request's path after the address of the event's page."""
    rest = request.raw_path.partition(f"/g/{event.id}")[2]
    if event.whole_day:
        # The page has a better way to add photos than the plain form that asked.
        rest = rest.removesuffix("/upload")
    query = urlencode(request.query)
    return f"{rest}?{query}" if query else rest
