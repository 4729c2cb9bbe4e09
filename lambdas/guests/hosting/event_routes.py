"""The routes by which operators create, change and delete events. Standard library only."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Method, Query, Route

EVENT_ROUTES = (
    Route(
        method=Method.POST,
        path="/events",
        function="operate",
        handler="create_event",
        success=(HTTPStatus.CREATED,),
        summary="Create an event",
        request="lambdas.guests.hosting.event_request:EventRequest",
        response="lambdas.guests.hosting.event_views:OperatorEventJson",
    ),
    Route(
        method=Method.GET,
        path="/events",
        function="operate",
        handler="list_events",
        summary="List the events that operators created, those that start last first",
        query=(
            Query("limit", "Events per page, 1 to 100"),
            Query("cursor", "The `next` of the page before"),
        ),
        response="lambdas.guests.hosting.event_views:OperatorEventsJson",
    ),
    Route(
        method=Method.GET,
        path="/events/{event_id}",
        function="operate",
        handler="show_event",
        summary="Show an event",
        response="lambdas.guests.hosting.event_views:OperatorEventJson",
    ),
    Route(
        method=Method.PATCH,
        path="/events/{event_id}",
        function="operate",
        handler="change_event",
        summary="Change an event; If-Match must name its version",
        request="lambdas.guests.hosting.event_request:EventChangeRequest",
        response="lambdas.guests.hosting.event_views:OperatorEventJson",
    ),
    Route(
        method=Method.DELETE,
        path="/events/{event_id}",
        function="operate",
        handler="delete_event",
        success=(HTTPStatus.NO_CONTENT,),
        summary="Delete an event and, within hours, all that belongs to it",
    ),
)
