"""The declared routes of operators."""

from __future__ import annotations

from openapi_spec_validator import validate

from lambdas.api.openapi import document
from lambdas.api.routing import routes_of
from lambdas.comments.operating.handlers import HANDLERS, operate
from lambdas.comments.routes import ROUTES
from tests.comments.operating.inbox import Inbox
from tests.lambda_events import Browser

OPERATED = routes_of(ROUTES, "operate")


def test_routes_have_handlers() -> None:
    assert [one.handler for one in OPERATED if not callable(HANDLERS.get(one.handler))] == []


def test_routes_are_described() -> None:
    found = document({"comments": ROUTES}, "1")
    validate(found)

    bodies = {one.method for one in OPERATED if one.request}
    assert bodies == {"POST", "PUT", "PATCH"}
    assert found["components"]["schemas"]["TextRequest"]["required"] == ["text"]


def test_only_operators_are_served() -> None:
    stranger = Browser(operate.using(Inbox().dependencies))

    assert {stranger.send(one.method, one.path, None, {}).status for one in OPERATED} <= {403, 404}
    assert stranger.get("/instagram/inbox").status == 403
