"""The routes of the live wall, one function for each."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.request import Request
from lambdas.api.responses import html_response, json_response
from lambdas.guests import page
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.device import Device
from lambdas.guests.item import item_of
from lambdas.guests.walls.wall import (
    MAX_ITEMS,
    MAX_LATE,
    PLAIN_ITEMS,
    PRIVATE,
    PUBLIC,
    Wall,
    WallPage,
    slide_size,
)
from lambdas.storage.events.shown_lately import shown_lately


def show_wall(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return the page of the wall."""
    wall = _wall(dependencies, request, PLAIN_ITEMS)
    shown = WallPage.of(wall, dependencies.address_of(wall.view.event))
    headers = dependencies.headers_with(shown.accent) | _cache(wall, page.PUBLIC)
    return html_response(dependencies.rendered.get(shown), headers=headers)


def list_wall_items(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return what the wall shows as JSON."""
    wall = _with_late(dependencies, _wall(dependencies, request, MAX_ITEMS))
    headers = {"ETag": f'"{wall.changed}"', **_cache(wall, PUBLIC)}
    if headers["ETag"] in request.header("if-none-match"):
        return Response(HTTPStatus.NOT_MODIFIED, headers=headers)
    return json_response(wall.to_json(), headers=headers)


def _cache(wall: Wall, public: str) -> dict[str, str]:
    """Return how long an answer may be kept; one of an event with a PIN is not."""
    return {"Cache-Control": PRIVATE if wall.view.event.pin_hash else public}


def _wall(dependencies: GuestsDependencies, request: Request, items: int) -> Wall:
    """Return the wall as any guest may see it, whatever the device that shows it has sent."""
    event_id, guest = request.path["event_id"], Device.of({})
    read = dependencies.timeline.read
    return Wall(read(event_id, guest, request, default=items, most=items, size=slide_size))


def _with_late(dependencies: GuestsDependencies, wall: Wall) -> Wall:
    """Add what appeared lately, where the list ends before the event does."""
    view = wall.view
    if view.next_cursor is None:
        return wall
    known = {item.id for item in view.items}
    rows = shown_lately(dependencies.table, view.event.id, MAX_LATE, known)
    if view.section:
        rows = [row for row in rows if row.get("section") == view.section.id]
    device = Device.of({})
    return replace(wall, late=tuple(item_of(row, dependencies.links, device.hash) for row in rows))
