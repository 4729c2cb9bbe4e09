"""Every declared route, with ids that no part of the site has ever made."""

from __future__ import annotations

from itertools import product

import pytest

from lambdas.api.routing import Auth, Method, Route
from lambdas.guests import handlers
from lambdas.guests.routes import ROUTES
from tests.guests.conftest import EVENT, Site
from tests.lambda_events import Browser

STRANGE = ("x" * 1200, "2" * 1200, "a#b", "a%00b", "é" * 30, "..", "-", "EVENT#x", "\u202e", "'")
ROUTES_WITH_IDS = [route for route in ROUTES if route.parameters]


def browser_for(site: Site, route: Route) -> Browser:
    if route.auth is Auth.OPERATORS:
        return site.operator("[operators]")
    return Browser(getattr(handlers, route.function).using(site.dependencies))


def call(site: Site, route: Route, path: str, query: dict[str, str] | None = None) -> int:
    headers = {"content-type": "application/json"}
    body = None if route.method is Method.GET else '{"files": [{}], "state": "shown"}'
    return browser_for(site, route).send(route.method, path, query, headers, body).status


@pytest.mark.parametrize("route", ROUTES_WITH_IDS, ids=lambda route: route.key)
def test_strange_path_ids_are_refused(site: Site, route: Route) -> None:
    for parameter, value in product(route.parameters, STRANGE):
        known = dict.fromkeys(route.parameters, "a" * 26) | {"event_id": EVENT}
        path = route.path.format(**known | {parameter: value})
        assert 400 <= call(site, route, path) < 500, path


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.query], ids=lambda route: route.key
)
def test_strange_query_values_are_refused(site: Site, route: Route) -> None:
    path = route.path.replace("{event_id}", EVENT)
    values = [*STRANGE, "1" * 1200, ",".join(["a" * 26] * 101)]
    for query, value in product(route.query, values):
        # The page of a section that is gone leads to the whole event.
        assert 303 <= call(site, route, path, {query.name: value}) < 500, query.name


def test_strange_sent_ids_are_refused(site: Site) -> None:
    [route] = [route for route in ROUTES if route.handler == "show_form"]
    for value in STRANGE:
        assert call(site, route, f"/g/{EVENT}/upload", {"sent": value}) == 400


def test_every_route_has_its_handler() -> None:
    assert [
        route.handler for route in ROUTES if not callable(handlers.HANDLERS[route.handler])
    ] == []


def test_the_first_page_names_no_event(site: Site) -> None:
    answer = Browser(handlers.view.using(site.dependencies)).get("/", accept="text/html")

    assert answer.status == 200
    assert site.settings.site_name in answer.text
