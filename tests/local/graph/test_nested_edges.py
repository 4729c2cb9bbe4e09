"""Edges as fields: `fields=username,media.limit(2){id,comments{text}}`."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from local.graph.data import ACCOUNT_ID, TOKEN
from local.graph.state import Envelope
from tests.local.graph.conftest import GraphClient
from tests.local.graph.sdk import PERSON_TOKEN, POST, Sdk


@pytest.mark.parametrize("token", [TOKEN, PERSON_TOKEN])
def test_media_of_an_account(graph: GraphClient, token: str) -> None:
    found = graph.get(ACCOUNT_ID, token, fields="username,media.limit(2){id,caption}")
    alone = graph.get(f"{ACCOUNT_ID}/media", token, fields="id,caption", limit="2")

    assert found["username"]
    assert found["media"]["data"] == alone["data"]
    assert found["media"]["paging"]["cursors"] == alone["paging"]["cursors"]


def test_the_next_page_is_the_edges_own(sdk: Sdk) -> None:
    found = sdk.account.api_get(params={"fields": "media.limit(4){id}"})

    following = urlsplit(found["media"]["paging"]["next"])

    assert following.path.endswith(f"/{ACCOUNT_ID}/media")
    assert parse_qs(following.query)["fields"] == ["id"]


def test_comments_of_nested_media(sdk: Sdk) -> None:
    comment = sdk.guest_comment("hello")
    fields = "media.limit(50){id,comments.limit(1){text,replies{text}}},stories{id}"

    found = sdk.account.api_get(params={"fields": fields})

    commented = [one for one in found["media"]["data"] if "comments" in one]
    assert [one["id"] for one in commented] == [POST]
    assert commented[0]["comments"]["data"] == [{"id": comment, "text": "hello"}]
    assert len(found["stories"]["data"]) == 1


def test_edges_of_me(graph: GraphClient) -> None:
    """Instagram Login wraps the profile, as documented."""
    graph.state.envelope = Envelope.DOCUMENTED

    [found] = graph.get("me", fields="username,media.limit(1){id}")["data"]

    assert len(found["media"]["data"]) == 1


def test_insights_and_tags_of_an_account(graph: GraphClient) -> None:
    fields = "insights.metric(reach).period(day){name,period},tags{id}"

    found = graph.get(ACCOUNT_ID, PERSON_TOKEN, fields=fields)

    assert [one["name"] for one in found["insights"]["data"]] == ["reach"]
    assert "tags" not in found


def test_an_unknown_edge_is_no_field(graph: GraphClient) -> None:
    answer = graph.get(ACCOUNT_ID, PERSON_TOKEN, fields="username,albums.limit(1){id}")

    assert "nonexisting field (albums)" in answer["error"]["message"]
