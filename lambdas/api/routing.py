"""How a feature declares its routes. Standard library only: stacks and handlers read them alike."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from http import HTTPStatus

PARAMETER = re.compile(r"\{(\w+)\}")


class Method(enum.StrEnum):
    """An HTTP method; ANY is for the default route alone."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"
    ANY = "ANY"


class Auth(enum.StrEnum):
    """Who may call a route."""

    OPERATORS = "operators"
    """Holders of a token of the stack's user pool who are in the group of operators."""
    NONE = "none"
    """Anyone; the route says why."""


@dataclass(frozen=True)
class Limit:
    """Throttling of a route: requests per second, and at once."""

    rate: float
    burst: int


@dataclass(frozen=True)
class Query:
    """A query parameter, for the OpenAPI document."""

    name: str
    description: str
    required: bool = False


@dataclass(frozen=True)
class CachedPages:
    """Pages that a CDN may keep for as long as their headers allow.

    They vary by their query, and by the cookies that are named here.
    """

    path_pattern: str
    cookies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route. `function` is the Lambda function, `handler` the Python function in handlers.py.

    `request` and `response` name the types of the bodies as `module:Class`; `page` says that
    browsers get an HTML page, also for errors. `success` are the statuses of answers that are no
    errors; `media_type` is that of an answer that is neither JSON nor a page. `refusals` are what
    callers may be answered whom the function itself checks.
    Path parameters are ids, and checked as such, except those in `texts`: any printable text of one
    line, such as a hashtag.
    """

    method: Method
    path: str
    function: str
    handler: str
    summary: str
    auth: Auth = Auth.OPERATORS
    no_auth_reason: str = ""
    limit: Limit | None = None
    page: bool = False
    request: str = ""
    response: str = ""
    success: tuple[HTTPStatus, ...] = (HTTPStatus.OK,)
    media_type: str = ""
    query: tuple[Query, ...] = ()
    texts: tuple[str, ...] = ()
    refusals: tuple[HTTPStatus, ...] = ()

    def __post_init__(self) -> None:
        if (self.auth is Auth.NONE) != bool(self.no_auth_reason):
            raise ValueError(f"{self.key}: a route has either authorization or a reason for none")
        if unknown := set(self.texts) - set(self.parameters):
            raise ValueError(f"{self.key}: no parameters of the path: {sorted(unknown)}")

    @property
    def key(self) -> str:
        """Return the route key of the HTTP API, such as `GET /g/{event_id}`."""
        return self.path if self.is_default else f"{self.method} {self.path}"

    @property
    def is_default(self) -> bool:
        """Return whether the route takes whatever no other route matches."""
        return self.path == "$default"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names of the path parameters."""
        return tuple(PARAMETER.findall(self.path))


def routes_of(routes: tuple[Route, ...], function: str) -> tuple[Route, ...]:
    """Return the routes that one function serves."""
    return tuple(route for route in routes if route.function == function)
