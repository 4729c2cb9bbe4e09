"""Batch requests: up to 50 operations in one call. Source: graph-api/batch-requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from local.graph.errors import GraphError, bad_parameter
from local.graph.parameters import Parameters
from local.graph.request import GraphRequest
from local.graph.version import served_version, without_version

MAX_OPERATIONS = 50
METHODS = ("GET", "POST", "PUT", "DELETE")


def answer(
    request: GraphRequest, answer_one: Callable[[GraphRequest], object]
) -> list[dict[str, object]]:
    """Return the answers of the operations in their order, each with its body as JSON text."""
    operations = request.params.objects("batch")
    if not 1 <= len(operations) <= MAX_OPERATIONS:
        raise bad_parameter(f"A batch must have between 1 and {MAX_OPERATIONS} operations")
    has_headers = request.params.flag("include_headers") is not False
    answers: list[dict[str, object]] = []
    for operation in operations:
        try:
            code, body = 200, json.dumps(answer_one(_request(request, operation)))
        except GraphError as error:
            code, body = error.status, bytes(error.answer(request.host).body).decode()
        headers = {"headers": _headers(request)} if has_headers else {}
        answers.append({"code": code, **headers, "body": body})
    return answers


def _request(batch: GraphRequest, operation: Mapping[str, object]) -> GraphRequest:
    """Return an operation as a separate request; it may carry another token."""
    method, relative_url = operation.get("method"), operation.get("relative_url")
    form = operation.get("body", "")
    if method not in METHODS or not isinstance(relative_url, str) or not isinstance(form, str):
        raise bad_parameter("An operation must have a method and a relative_url")
    if "{result=" in relative_url + form:
        raise bad_parameter("References between operations are not emulated")
    edge, _, query_string = relative_url.partition("?")
    query = Parameters.from_pairs(parse_qsl(query_string, keep_blank_values=True))
    body = Parameters.from_pairs(parse_qsl(form, keep_blank_values=True))
    path = without_version([part for part in edge.split("/") if part])
    if not path:
        raise bad_parameter("An operation cannot be a batch")
    own_token = query.get("access_token") or body.get("access_token")
    if own_token is None and batch.appsecret_proof is not None:
        query.setdefault("appsecret_proof", batch.appsecret_proof)
    return replace(
        batch,
        method=method,
        path=path,
        query=query,
        body=body,
        token=own_token or batch.token,
        url=f"{batch.url.partition('?')[0].rstrip('/')}/{'/'.join(path)}",
    )


def _headers(request: GraphRequest) -> list[dict[str, str]]:
    return [
        {"name": "Content-Type", "value": "application/json; charset=UTF-8"},
        {"name": "facebook-api-version", "value": served_version(request.url.partition("?")[0])},
    ]
