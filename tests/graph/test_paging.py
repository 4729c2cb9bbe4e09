"""Walking pages: cursors, gaps and ends."""

from __future__ import annotations

import json

import pytest

from lambdas.graph.coalescing import MemoryCoalescingStore
from lambdas.graph.errors import RetryLater
from lambdas.graph.login_type import LoginType
from lambdas.graph.transport import (
    Request,
)
from tests.graph.answers import graph_of, pages
from tests.graph.scripted import TOKEN, Scripted
from tests.json_types import JsonObject


def page(request: Request, count: int = 2) -> JsonObject:
    after = int(request.query.get("after", "0"))
    body: JsonObject = {"data": [{"id": str(after * 10 + n)} for n in range(count)]}
    if after < 2:
        body["paging"] = {
            "cursors": {"after": str(after + 1)},
            "next": f"https://graph.instagram.com/x?access_token={TOKEN}&after={after + 1}",
        }
    return body


def test_store_gets_no_address() -> None:
    store = MemoryCoalescingStore()
    scripted = Scripted(lambda request: (200, page(request)), reads=store)

    assert len(list(scripted.account.library.media())) == 6
    assert len(store.published) == 3
    assert TOKEN not in repr(store.published)


def test_batch_returns_no_address() -> None:
    part = {
        "code": 200,
        "body": json.dumps(
            {"data": [], "paging": {"next": f"https://x/?access_token={TOKEN}&after=A"}}
        ),
    }

    [answer] = Scripted(lambda _: (200, [part]), LoginType.FACEBOOK).account.batches.read(
        ["1/media"]
    )

    assert answer == {"data": [], "paging": {"cursors": {"after": "A"}, "next": True}}


def test_empty_page_may_continue() -> None:
    more = {"cursors": {"after": "1"}, "next": "https://x/?after=1"}
    graph, _ = graph_of(pages({"data": [], "paging": more}, {"data": [{"id": 2}]}))

    assert [media.id for media in graph.account("1", "t").library.media()] == ["2"]


def test_cursor_is_taken_from_address() -> None:
    first = {"data": [{"id": "1"}], "paging": {"next": "https://x/?access_token=t&after=1"}}
    graph, _ = graph_of(pages(first, {"data": [{"id": "2"}]}))

    assert [media.id for media in graph.account("1", "t").library.media()] == ["1", "2"]


def test_missing_cursor_is_an_error() -> None:
    graph, _ = graph_of(pages({"data": [{"id": "1"}], "paging": {"next": "https://x/"}}))

    with pytest.raises(RetryLater):
        list(graph.account("1", "t").library.media())


def test_small_pages_reach_the_end() -> None:
    def script(request: Request) -> tuple[int, object]:
        start = int(request.query.get("after", "0"))
        more = (
            {"paging": {"cursors": {"after": str(start + 5)}, "next": "https://x"}}
            if start < 9995
            else {}
        )
        return 200, {"data": [{"id": str(start + n)} for n in range(5)], **more}

    assert sum(1 for _ in Scripted(script).account.library.media()) == 10_000


def test_empty_discovery_page_may_continue() -> None:
    def script(request: Request) -> tuple[int, object]:
        fields = request.query["fields"]
        if ".after(B)" in fields:
            media: JsonObject = {"data": [{"id": "2"}]}
        elif ".after(A)" in fields:
            media = {"data": [], "paging": {"cursors": {"after": "B"}}}
        else:
            media = {"data": [{"id": "1"}], "paging": {"cursors": {"after": "A"}}}
        return 200, {"business_discovery": {"media": media}, "id": "17"}

    assert [
        one.id for one in Scripted(script, LoginType.FACEBOOK).account.discovery.media_of("maker")
    ] == [
        "1",
        "2",
    ]
    with pytest.raises(RetryLater):
        list(
            Scripted(lambda _: (200, {"id": "17"}), LoginType.FACEBOOK).account.discovery.media_of(
                "maker"
            )
        )


def test_closed_business_hides_no_page() -> None:
    def script(request: Request) -> tuple[int, object]:
        if request.url.endswith("me/accounts"):
            return 200, {"data": [{"id": "1"}]}
        if request.url.endswith("me/businesses"):
            return 200, {"data": [{"id": "501"}, {"id": "502"}]}
        if "501" in request.url:
            return 403, {"error": {"code": 200}}
        return 200, {"data": [{"id": "2"}]}

    assert {one.id for one in Scripted(script, LoginType.FACEBOOK).account.pages.shared()} == {
        "1",
        "2",
    }
