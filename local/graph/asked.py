"""The former name of `GraphRequest`."""

from __future__ import annotations

from collections.abc import Mapping

from local.graph.parameters import Parameters
from local.graph.request import GraphRequest


def Asked(  # noqa: N802
    method: str,
    host: str,
    path: tuple[str, ...],
    query: Mapping[str, str],
    form: Mapping[str, str],
    _json: None,
    token: str,
    url: str,
) -> GraphRequest:
    """Return a request from the former positional arguments."""
    parameters = Parameters(query), Parameters(form)
    return GraphRequest(method, host, path, *parameters, token=token, url=url)
