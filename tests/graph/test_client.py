"""The Graph client so far: the media of a window."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.graph.client import GraphClient
from lambdas.graph.errors import GraphError, ReconnectRequired, RequestRefused, RetryLater
from lambdas.graph.transport import Answer, FakeTransport, Request, TransportFailed

START, END = datetime(2026, 4, 29, 7, tzinfo=UTC), datetime(2026, 4, 30, 7, tzinfo=UTC)
TOKEN = "IGAAsecret"


def media(number: int, taken_at: datetime, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "media_type": "IMAGE", "timestamp": f"{taken_at:%Y-%m-%dT%H:%M:%S}+0000", **more}


def page(*items: dict[str, Any], after: str | None = None) -> Answer:
    body: dict[str, Any] = {"data": list(items)}
    if after:
        body["paging"] = {"cursors": {"after": after}, "next": f"https://graph.instagram.com/next?access_token={TOKEN}"}
    return Answer(200, {}, json.dumps(body).encode())


def client(handler: Callable[[Request], Answer]) -> tuple[GraphClient, FakeTransport]:
    transport = FakeTransport(handler)
    return GraphClient("https://graph.instagram.com/v25.0", "me", TOKEN, transport), transport


def test_a_post_one_second_outside_the_window_is_left_out() -> None:
    second = timedelta(seconds=1)
    times = [END, END - second, START, START - second]
    graph, _ = client(lambda _: page(*(media(number, time) for number, time in enumerate(times))))

    assert [one.id for one in graph.media(START, END)] == ["1", "2"]


def test_pages_are_followed_by_cursor_and_the_token_stays_in_its_header() -> None:
    def answer(request: Request) -> Answer:
        return page(media(2, START)) if request.query.get("after") == "c1" else page(media(1, START), after="c1")

    graph, transport = client(answer)

    assert [one.id for one in graph.media(START, END)] == ["1", "2"]
    assert all(request.headers == {"Authorization": f"Bearer {TOKEN}"} for request in transport.requests)
    assert TOKEN not in repr(transport.requests) + repr(graph) + "".join(str(request.query) for request in transport.requests)


def test_reading_stops_at_the_first_media_before_the_window() -> None:
    graph, transport = client(lambda _: page(media(1, START - timedelta(days=1)), after="c1"))

    assert list(graph.media(START, END)) == []
    assert len(transport.requests) == 1


def test_what_is_missing_is_none_and_what_is_unknown_is_passed_over() -> None:
    children = {"data": [{"id": 31, "media_type": "VIDEO"}, {"no": "id"}, "x"]}
    graph, _ = client(lambda _: page(media(1, START, caption="", new_field=[1], media_url=None, children=children)))

    [one] = graph.media(START, END)

    assert (one.caption, one.media_url, one.permalink) == (None, None, None)
    assert [(child.id, child.timestamp) for child in one.children] == [("31", None)]


def error(code: int | None, **more: Any) -> bytes:
    return json.dumps({"error": {"message": "x", "type": "OAuthException", "code": code, **more}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, error(190, error_subcode=463), ReconnectRequired),
        (400, error(102), ReconnectRequired),
        (400, error(4), RetryLater),
        (400, error(80002), RetryLater),
        (200, error(17), RetryLater),
        (500, error(1), RetryLater),
        (400, error(100, is_transient=True), RetryLater),
        (400, error(100), RequestRefused),
        (403, error(10), RequestRefused),
        (500, b"<html>", RetryLater),
        (200, b"", RetryLater),
        (200, b"[]", RetryLater),
        (200, b'{"data": {}}', RetryLater),
        (200, b'{"data": [{}]}', RetryLater),
        (200, b'{"error": "x"}', RetryLater),
        (302, b"{}", RetryLater),
    ],
)
def test_every_bad_answer_is_an_error_of_the_tree(status: int, body: bytes, kind: type[GraphError]) -> None:
    graph, _ = client(lambda _: Answer(status, {}, body))

    with pytest.raises(GraphError) as failed:
        list(graph.media(START, END))

    assert type(failed.value) is kind


def test_a_cut_connection_is_an_error_of_the_tree_without_its_cause() -> None:
    def cut(_: Request) -> Answer:
        raise TransportFailed("ConnectionError")

    graph, _ = client(cut)

    with pytest.raises(RetryLater) as failed:
        list(graph.media(START, END))

    assert failed.value.__cause__ is None


def test_paging_without_end_ends() -> None:
    graph, transport = client(lambda _: page(media(1, START), after="same"))

    with pytest.raises(RetryLater):
        list(graph.media(START, END))

    assert len(transport.requests) == 200
