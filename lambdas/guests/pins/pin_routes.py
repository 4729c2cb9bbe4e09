"""The routes of PINs. Standard library only."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Auth, Method, Route
from lambdas.guests.upload_routes import WRITES

PIN_ROUTES = (
    Route(
        method=Method.POST,
        path="/g/{event_id}/pin",
        function="upload",
        handler="enter_pin",
        success=(HTTPStatus.NO_CONTENT, HTTPStatus.SEE_OTHER),
        summary="Enter the event's PIN and receive a cookie; also as a form, which leads back",
        auth=Auth.NONE,
        no_auth_reason="It is how guests show that they know the PIN; wrong tries are limited.",
        limit=WRITES,
        page=True,
        request="lambdas.guests.pins.pin_request:PinRequest",
    ),
    Route(
        method=Method.PUT,
        path="/events/dates/pin",
        function="operate",
        handler="set_date_pin",
        success=(HTTPStatus.NO_CONTENT,),
        summary="Set or clear the PIN that guests enter to add photos to dates",
        request="lambdas.guests.pins.pin_request:DatePinRequest",
    ),
)
