"""The routes of operators' events, one function for each."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.hosting.event_admin import Author
from lambdas.guests.hosting.event_views import OperatorEventJson
from lambdas.kit.decoded import JsonObject


def create_event(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Create an event."""
    body = request.json_body(JsonObject)
    created = dependencies.event_admin.create(body, request.operator)
    return _answer(created, HTTPStatus.CREATED)


def list_events(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return one page of the events."""
    return json_response(dependencies.event_admin.page(request))


def show_event(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return one event."""
    return _answer(dependencies.event_admin.show(request.path["event_id"]))


def change_event(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Change an event."""
    version = request.expected_version()
    body, event_id = request.json_body(JsonObject), request.path["event_id"]
    by = Author(request.operator)
    return _answer(dependencies.event_admin.change(event_id, body, version, by))


def delete_event(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Delete an event for everyone."""
    dependencies.event_admin.delete(request.path["event_id"], Author(request.operator))
    return Response(HTTPStatus.NO_CONTENT)


def _answer(event: OperatorEventJson, status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    return json_response(event, status, {"ETag": f'"{event.version}"'})
