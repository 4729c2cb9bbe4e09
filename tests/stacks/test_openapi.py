"""The OpenAPI document: valid, and that of the routes."""

from __future__ import annotations

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
