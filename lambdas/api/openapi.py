"""The OpenAPI 3.1 document of all routes, made from their declarations.

Types are named as `module:Class` and read with msgspec, so the document cannot differ from what
handlers encode and decode.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

import msgspec

from lambdas.api.routing import Auth, Method, Route
from lambdas.kit.decoded import JsonObject

JSON = "application/json"
HTML = "text/html"
REFERENCE = "#/components/schemas/{name}"
SUCCESSES = {
    HTTPStatus.OK: "Success",
    HTTPStatus.CREATED: "Created",
    HTTPStatus.ACCEPTED: "Accepted: the work is done after the answer",
    HTTPStatus.NO_CONTENT: "Done",
    HTTPStatus.FOUND: "The browser is sent on",
    HTTPStatus.SEE_OTHER: "The result is at another address",
    HTTPStatus.NOT_MODIFIED: "Unchanged since the version that the request names",
}
REDIRECTS = (HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)
OPERATOR_TOKEN = "operatorToken"  # noqa: S105  The name of a scheme.


class ErrorBody(msgspec.Struct):
    """What went wrong: a code for programs, a sentence for a person."""

    code: str
    message: str
    request_id: str


class Problem(msgspec.Struct):
    """The body of every error."""

    error: ErrorBody


def document(features: Mapping[str, Sequence[Route]], version: str) -> JsonObject:
    """Return the document of the features' routes, without the default route."""
    routes = [
        (feature, route)
        for feature, declared in features.items()
        for route in declared
        if not route.is_default
    ]
    types = [Problem, *_types(route for _, route in routes)]
    _, schemas = msgspec.json.schema_components(types, ref_template=REFERENCE)
    # Defaults may be tuples or enums, which are no JSON.
    schemas = msgspec.json.decode(msgspec.json.encode(schemas))
    paths: dict[str, dict[str, object]] = {}
    named: set[str] = set()
    for feature, route in routes:
        operation = _operation(feature, route)
        if operation["operationId"] in named:
            # A handler may answer at several addresses, for different callers.
            operation["operationId"] = f"{operation['operationId']}_{route.path.split('/')[1]}"
        named.add(str(operation["operationId"]))
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "daybook",
            "version": version,
            "description": "Event pages with guests' photos and the host's Instagram posts.",
        },
        "servers": [{"url": "/", "description": "The address of the site"}],
        "tags": [{"name": feature} for feature in features],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                OPERATOR_TOKEN: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Access token of the stack's user pool",
                }
            },
        },
    }


def _types(routes: Iterable[Route]) -> list[type]:
    names = [name for route in routes for name in (route.request, route.response) if name]
    return [_type(name) for name in dict.fromkeys(names)]


def _type(name: str) -> type:
    module, _, attribute = name.partition(":")
    found: type = getattr(importlib.import_module(module), attribute)
    return found


def _operation(feature: str, route: Route) -> dict[str, object]:
    operation: dict[str, object] = {
        "tags": [feature],
        "operationId": f"{feature}_{route.handler}",
        "summary": route.summary,
        "responses": _responses(route),
    }
    if parameters := [*map(_path_parameter, route.parameters), *_query_parameters(route)]:
        operation["parameters"] = parameters
    if route.request:
        schema = {"$ref": REFERENCE.format(name=_type(route.request).__name__)}
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if route.auth is Auth.OPERATORS:
        operation["security"] = [{OPERATOR_TOKEN: []}]
    else:
        operation["security"] = []
    return operation


def _path_parameter(name: str) -> dict[str, object]:
    schema = {"type": "string", "minLength": 1, "maxLength": 128}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(route: Route) -> list[dict[str, object]]:
    return [
        {
            "name": one.name,
            "in": "query",
            "required": one.required,
            "description": one.description,
            "schema": {"type": "string"},
        }
        for one in route.query
    ]


def _success(route: Route, status: HTTPStatus) -> dict[str, object]:
    answer: dict[str, object] = {"description": SUCCESSES.get(status, status.phrase)}
    if status in REDIRECTS:
        answer["headers"] = {"Location": {"required": True, "schema": {"type": "string"}}}
    elif status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        pass
    elif route.response:
        schema = {"$ref": REFERENCE.format(name=_type(route.response).__name__)}
        answer["content"] = {JSON: {"schema": schema}}
    elif route.media_type or (route.page and route.method is Method.GET):
        answer["content"] = {route.media_type or HTML: {"schema": {"type": "string"}}}
    return answer


def _responses(route: Route) -> dict[str, object]:
    problem = {"schema": {"$ref": REFERENCE.format(name=Problem.__name__)}}
    responses: dict[str, object] = {
        str(int(status)): _success(route, status) for status in route.success
    }
    codes = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, *route.refusals}
    if route.auth is Auth.OPERATORS:
        codes |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if route.limit:
        codes.add(HTTPStatus.TOO_MANY_REQUESTS)
    for code in sorted(codes):
        responses[str(int(code))] = {"description": code.phrase, "content": {JSON: problem}}
    return responses
