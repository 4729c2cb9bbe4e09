"""The consent dialog."""

from __future__ import annotations

import pytest

from local.graph.data import APPS
from local.graph.state import CALLBACK
from tests.local.graph.conftest import GraphClient

DIALOG = "/www.instagram.com/oauth/authorize"
QUERY = {
    "client_id": APPS["instagram_app_id"],
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "instagram_business_basic",
    "state": "s",
}


def test_dialog_offers_requested_scopes(graph: GraphClient) -> None:
    page = graph.http.get(DIALOG, params=QUERY)

    assert (page.status_code, page.text.count("checkbox")) == (200, 1)
    assert "App 1000000001 requests access" in page.text


@pytest.mark.parametrize(
    ("change", "heading"),
    [
        ({"redirect_uri": "https://evil.test"}, "Invalid redirect_uri"),
        ({"response_type": "token"}, "Invalid response_type"),
        ({"scope": "instagram_basic"}, "Invalid Scopes: instagram_basic"),
        ({"scope": ""}, "Invalid Scopes"),
    ],
)
def test_refuse_invalid_request(graph: GraphClient, change: dict[str, str], heading: str) -> None:
    page = graph.http.get(DIALOG, params=QUERY | change)

    assert page.status_code == 400
    assert heading in page.text


def test_other_paths_have_no_dialog(graph: GraphClient) -> None:
    assert graph.http.get("/www.instagram.com/oauth/login", params=QUERY).status_code == 404


def test_markup_in_a_request_is_escaped(graph: GraphClient) -> None:
    page = graph.http.get(DIALOG, params=QUERY | {"state": '"><script>'})

    assert "<script>" not in page.text
