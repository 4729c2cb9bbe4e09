"""The API's own routes."""

from __future__ import annotations

from lambdas.api.routing import Auth, Method, Route

ROUTES = (
    Route(
        method=Method.GET,
        path="/health",
        function="health",
        handler="show_health",
        summary="Report that the API answers, and its version",
        auth=Auth.NONE,
        no_auth_reason="Uptime checks cannot sign in; it shows a version and nothing else.",
        response="lambdas.api.handlers:Health",
    ),
)
