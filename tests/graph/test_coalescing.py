"""Reads that callers share, and those that they must not."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

from lambdas.graph.coalescing import MemoryCoalescingStore
from lambdas.graph.transport import (
    Answer,
    Request,
)
from tests.graph.answers import graph_of, says
from tests.graph.scripted import Scripted


def test_concurrent_tokens_get_own_answers() -> None:
    together = threading.Barrier(2)

    def answer(request: Request) -> Answer:
        together.wait(5)
        return says(
            {"id": "1", "username": request.headers["Authorization"].removeprefix("Bearer ")}
        )

    graph, _ = graph_of(answer)
    with ThreadPoolExecutor(2) as pool:
        names = list(
            pool.map(
                lambda token: graph.account("me", token).library.profile().username, ["A", "B"]
            )
        )

    assert names == ["A", "B"]


def test_later_read_is_made_again() -> None:
    store = MemoryCoalescingStore()
    calls: list[str] = []

    def script(request: Request) -> tuple[int, object]:
        calls.append(request.method)
        return 200, {"data": [{"id": str(len(calls))}]}

    for expected in ("1", "2"):
        assert [one.id for one in Scripted(script, reads=store).account.comments.of_media("5")] == [
            expected
        ]


class BrokenStore:
    """A store that is down."""

    def _fail(self, *_: object, **__: object) -> NoReturn:
        raise OSError("the store is down")

    read = write = acquire = publish = release = wait = _fail


def test_failing_store_loses_no_post() -> None:
    graph, transport = graph_of(
        lambda _: says({"id": "77"}, x_app_usage='{"call_count":85}'), BrokenStore(), BrokenStore()
    )

    assert graph.account("1", "t").publishing.publish("5") == "77"
    assert graph.account("1", "t").library.profile().user_id is None
    assert len(transport.requests) == 2
