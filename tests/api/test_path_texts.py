"""Path parameters that are any text, such as hashtags."""

from __future__ import annotations

import pytest
from aws_lambda_powertools.event_handler import Response

from lambdas.api.app import HttpApp
from lambdas.api.dependencies import ApiDependencies
from lambdas.api.identifiers import ascii_path, path_text
from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.api.routing import Auth, Method, Route
from lambdas.api.settings import ApiSettings
from tests.lambda_events import Browser


def route(path: str, *texts: str) -> Route:
    return Route(
        method=Method.GET,
        path=path,
        function="f",
        handler="show",
        summary="Show",
        auth=Auth.NONE,
        no_auth_reason="A test.",
        texts=texts,
    )


def show(_: ApiDependencies, request: Request) -> Response[str]:
    return json_response(dict(request.path))


@pytest.fixture
def browser() -> Browser:
    routes = (route("/tags/{tag}", "tag"), route("/ids/{id}"))
    dependencies = ApiDependencies(ApiSettings(version="1", public_url="https://a.example"))
    return Browser(HttpApp(dependencies, routes, {"show": show}).handle)


@pytest.mark.parametrize(
    ("path", "tag"),
    [
        ("fête", "fête"),
        ("f%C3%AAte", "fête"),
        ("結婚式", "結婚式"),
        ("%E7%B5%90%E5%A9%9A%E5%BC%8F", "結婚式"),
        ("🎉", "🎉"),
        ("_under.score", "_under.score"),
        ("%23sun", "#sun"),
    ],
)
def test_text_arrives_decoded(browser: Browser, path: str, tag: str) -> None:
    assert browser.get(f"/tags/{path}").json == {"tag": tag}


@pytest.mark.parametrize("path", ["%FF", "%0A", "a%0Ab", "%20", "x" * 129, "%E2%80%8B", "a\nb"])
def test_what_is_no_text_is_not_found(browser: Browser, path: str) -> None:
    assert browser.get(f"/tags/{path}").status == 404


@pytest.mark.parametrize("path", ["fête", "f%C3%AAte", "_x", "a%2Fb"])
def test_ids_stay_ids(browser: Browser, path: str) -> None:
    assert browser.get(f"/ids/{path}").status == 404


def test_half_characters_are_no_text() -> None:
    assert path_text(ascii_path("\ud83d")) == "?"


def test_answers_that_are_too_large_are_refused() -> None:
    def large(_: ApiDependencies, __: Request) -> Response[str]:
        return json_response("é" * 3_200_000)

    dependencies = ApiDependencies(ApiSettings(version="1", public_url="https://a.example"))
    browser = Browser(HttpApp(dependencies, (route("/ids/{id}"),), {"show": large}).handle)
    answer = browser.get("/ids/a")

    assert (answer.status, answer.json["error"]["code"]) == (500, "answer_too_large")


def test_texts_must_be_parameters() -> None:
    with pytest.raises(ValueError, match="no parameters of the path"):
        route("/tags/{tag}", "tags")
