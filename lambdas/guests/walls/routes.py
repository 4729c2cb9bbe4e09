"""The routes of the live wall."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Auth, Method, Route

NO_AUTH_REASON = (
    "A wall shows what every guest may see: the event's address is what lets people look. It "
    "takes no photos and changes nothing."
)

WALL_ROUTES = (
    Route(
        method=Method.GET,
        path="/g/{event_id}/wall",
        function="view",
        handler="show_wall",
        summary="Show the live wall: a page for a projector or a TV",
        auth=Auth.NONE,
        no_auth_reason=NO_AUTH_REASON,
        page=True,
    ),
    Route(
        method=Method.GET,
        path="/g/{event_id}/wall/items",
        function="view",
        handler="list_wall_items",
        success=(HTTPStatus.OK, HTTPStatus.NOT_MODIFIED),
        summary="List what the wall shows, for the wall to update itself",
        auth=Auth.NONE,
        no_auth_reason=NO_AUTH_REASON,
        page=True,
        response="lambdas.guests.walls.views:WallJson",
    ),
)
