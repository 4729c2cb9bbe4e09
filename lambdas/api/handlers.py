"""The API's own routes."""

from __future__ import annotations

from typing import Literal

import msgspec
from aws_lambda_powertools.event_handler import Response

from lambdas.api.app import http_entry_point
from lambdas.api.dependencies import ApiDependencies
from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.api.routes import ROUTES


class Health(msgspec.Struct):
    """What `GET /health` answers."""

    status: Literal["ok"]
    version: str


def show_health(dependencies: ApiDependencies, _: Request) -> Response[str]:
    """Report that the API answers, and which version does."""
    return json_response(Health("ok", dependencies.settings.version))


health = http_entry_point(ApiDependencies, ROUTES, "health", globals())
