"""Every encoding of parameters that the Graph API accepts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.graph.data import ACCOUNT_ID
from local.graph.errors import GraphError
from local.graph.parameters import Parameters
from tests.json_types import JsonObject
from tests.local.graph.conftest import GraphClient
from tests.local.graph.sdk import PERSON_TOKEN

POST = "17900000000000020"
LISTS: list[dict[str, str]] = [
    {"metric": "reach,saved"},
    {"metric": '["reach","saved"]'},
    {"metric[0]": "reach", "metric[1]": "saved"},
]
BODIES: list[dict[str, Any]] = [
    {"data": {"message": "Hello & thanks"}},
    {"files": {"message": (None, "Hello & thanks")}},
    {"json": {"message": "Hello & thanks"}},
    {"params": {"message": "Hello & thanks"}},
]


@pytest.mark.parametrize("query", LISTS)
def test_list_encodings(graph: GraphClient, query: dict[str, str]) -> None:
    found = graph.get(f"{POST}/insights", **query)["data"]

    assert [metric["name"] for metric in found] == ["reach", "saved"]


@pytest.mark.parametrize("fields", ["id,username", '["id","username"]'])
def test_field_encodings(graph: GraphClient, fields: str) -> None:
    assert set(graph.get("me", fields=fields)) == {"id", "username"}


@pytest.mark.parametrize("request_", BODIES)
def test_body_encodings(graph: GraphClient, request_: dict[str, Any]) -> None:
    made = graph.call("POST", f"{POST}/comments", **request_)

    assert graph.get(made["id"], fields="text")["text"] == "Hello & thanks"


def test_token_in_json_body(graph: GraphClient) -> None:
    body = {"message": "Hello", "access_token": PERSON_TOKEN}
    answer = graph.http.post(f"/graph.facebook.com/v26.0/{POST}/comments", json=body)

    assert answer.json()["id"] in graph.state.find_media(POST)[0].comments


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', b"[" * 100_000])
def test_malformed_json_body_is_refused(graph: GraphClient, body: bytes) -> None:
    answer = graph.http.post(
        f"/graph.instagram.com/v25.0/{POST}/comments",
        content=body,
        headers={"Content-Type": "application/json"},
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("1", True), ("False", False), ("0", False)]
)
def test_boolean_encodings(text: str, value: bool) -> None:
    assert Parameters(hide=text).flag("hide") is value


@pytest.mark.parametrize("hide", [True, "true", 1])
def test_boolean_in_json_body(graph: GraphClient, hide: object) -> None:
    made = graph.control("comment", account=ACCOUNT_ID, media=POST, text="Hello").json()

    graph.call("POST", made["id"], json={"hide": hide})

    assert graph.get(made["id"], fields="hidden")["hidden"] is True


def test_nested_form_fields_are_objects() -> None:
    params = Parameters.from_pairs([("recipient[comment_id]", "1"), ("tags[]", "a")])

    assert params.mapping("recipient") == {"comment_id": "1"}
    assert params.words("tags") == ["a"]


@pytest.mark.parametrize("read", ["words", "objects", "mapping"])
def test_malformed_json_parameter_is_refused(read: str) -> None:
    with pytest.raises(GraphError):
        getattr(Parameters(value="[1"), read)("value")


def batch(graph: GraphClient, *operations: object, **more: str) -> list[JsonObject]:
    form = {"batch": json.dumps(operations), **more}
    answers: list[JsonObject] = graph.call("POST", "", PERSON_TOKEN, data=form)
    return answers


def test_batch_in_json_body(graph: GraphClient) -> None:
    operation = {"method": "GET", "relative_url": f"v25.0/{POST}?fields=id"}

    [answer] = graph.call("POST", "", PERSON_TOKEN, json={"batch": [operation]})

    assert json.loads(answer["body"]) == {"id": POST}


def test_batch_headers_are_optional(graph: GraphClient) -> None:
    operation = {"method": "GET", "relative_url": POST}

    assert "headers" in batch(graph, operation)[0]
    assert "headers" not in batch(graph, operation, include_headers="false")[0]


def test_operation_has_its_own_token(graph: GraphClient) -> None:
    operation = {"method": "GET", "relative_url": f"{POST}?access_token=unknown"}

    [answer] = batch(graph, operation)

    assert (answer["code"], json.loads(answer["body"])["error"]["code"]) == (400, 190)


def test_batch_pages_have_absolute_addresses(graph: GraphClient) -> None:
    operation = {"method": "GET", "relative_url": "17841400000000001/media?limit=1"}

    [answer] = batch(graph, operation)

    following = json.loads(answer["body"])["paging"]["next"]
    assert following.startswith(
        "http://graph.test/graph.facebook.com/v25.0/17841400000000001/media"
    )


@pytest.mark.parametrize(
    "operation",
    [
        {"relative_url": POST},
        {"method": "GET"},
        {"method": "POST", "relative_url": ""},
        {"method": "GET", "relative_url": "//[x"},
        {"method": "GET", "relative_url": "{result=first:$.id}"},
        {"method": "POST", "relative_url": POST, "body": {"hide": True}},
    ],
)
def test_malformed_operation_is_refused(graph: GraphClient, operation: object) -> None:
    [answer] = batch(graph, operation)

    assert (answer["code"], json.loads(answer["body"])["error"]["code"]) == (400, 100)


@pytest.mark.parametrize("form", [{}, {"batch": "[]"}, {"batch": "x"}, {"batch": "[1]"}])
def test_malformed_batch_is_refused(graph: GraphClient, form: dict[str, str]) -> None:
    assert graph.call("POST", "", PERSON_TOKEN, data=form)["error"]["code"] == 100
