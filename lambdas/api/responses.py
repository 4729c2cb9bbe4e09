"""Answers of the HTTP API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie

from lambdas.api.request import JSON

HTML = "text/html; charset=utf-8"


def json_response(
    body: object,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    cookies: Sequence[Cookie] = (),
) -> Response[str]:
    """Return a JSON answer; `body` is anything that msgspec encodes."""
    text = msgspec.json.encode(body).decode()
    return Response(status, JSON, text, headers=dict(headers or {}), cookies=list(cookies))


def html_response(
    body: str,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    cookies: Sequence[Cookie] = (),
) -> Response[str]:
    """Return a page."""
    return Response(status, HTML, body, headers=dict(headers or {}), cookies=list(cookies))
