"""The OpenAPI document: valid, and that of the routes."""

from __future__ import annotations

import pytest
import yaml
from openapi_spec_validator import validate

from stacks.openapi import PLACE, current, text
from tests.stacks.conftest import Synthesised


def test_document_is_valid() -> None:
    validate(current())


def test_document_is_up_to_date() -> None:
    assert PLACE.read_text() == text(), "run `python -m stacks.openapi`"


def test_document_has_every_route(prod: Synthesised) -> None:
    document = yaml.safe_load(PLACE.read_text())
    described = {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item
    }
    deployed = {
        route["Properties"]["RouteKey"]
        for route in prod.resources("AWS::ApiGatewayV2::Route").values()
    }

    assert described == deployed - {"$default"}


def test_operations_have_names_of_their_own() -> None:
    paths = yaml.safe_load(PLACE.read_text())["paths"]
    named = {one["operationId"]: path for path, item in paths.items() for one in item.values()}

    assert len(named) == sum(len(item) for item in paths.values())
    assert named["guests_moderate_photos"] == "/events/{event_id}/photos"
    assert named["guests_moderate_photos_h"] == "/h/{event_id}/photos"


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("post", "/instagram/analytics/collect", {"202"}),
        ("get", "/instagram/analytics/export", {"200", "303"}),
        ("get", "/instagram/connect", {"302"}),
        ("get", "/instagram/callback", {"200", "303"}),
        ("get", "/instagram/accounts", {"200"}),
    ],
)
def test_document_has_successes(method: str, path: str, statuses: set[str]) -> None:
    responses = yaml.safe_load(PLACE.read_text())["paths"][path][method]["responses"]

    assert {status for status in responses if status < "400"} == statuses
