"""Handlers that operators and hosts may call, by the role that each asks for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.request import Request
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.hosting.callers import Caller
from lambdas.guests.hosting.host_routes import ROLES
from lambdas.storage.events.host_links import Role

HostHandler = Callable[[GuestsDependencies, Request, Caller], Response[Any]]


def for_hosts(
    handler: HostHandler,
) -> Callable[[GuestsDependencies, Request], Response[Any]]:
    """Let operators and hosts call a handler, with the least role that `ROLES` has for it."""
    least = Role(ROLES[handler.__name__])

    @functools.wraps(handler)
    def checked(dependencies: GuestsDependencies, request: Request) -> Response[Any]:
        return handler(dependencies, request, dependencies.callers.of(request, least))

    return checked
