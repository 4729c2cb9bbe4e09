"""The declared routes."""

from __future__ import annotations

from openapi_spec_validator import validate

from lambdas.api.openapi import document
from lambdas.publishing import handlers
from lambdas.publishing.routes import ROUTES
from tests.lambda_events import Browser
from tests.publishing.site import PATH, Site


def test_routes_have_handlers() -> None:
    assert [one.handler for one in ROUTES if not callable(handlers.HANDLERS[one.handler])] == []


def test_routes_are_described() -> None:
    found = document({"publishing": ROUTES}, "1")
    validate(found)

    post = found["components"]["schemas"]["PostRequest"]
    assert post["required"] == ["account", "client_request_id", "kind", "media"]


def test_only_operators_are_served(site: Site) -> None:
    stranger = Browser(site.function)

    assert stranger.get(PATH).status == 403
    assert stranger.post(PATH, {}).status == 403
