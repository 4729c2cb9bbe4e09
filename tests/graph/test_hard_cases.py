"""Answers that are legal and odd, and what is around the client failing."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from lambdas.graph.budget import BudgetState
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Graph
from lambdas.graph.errors import ReconnectRequired, RequestRefused, RetryLater, Throttled
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import INSTAGRAM, Addresses
from lambdas.graph.media import Media
from lambdas.graph.metric import metric_of
from lambdas.graph.transport import (
    Answer,
    FakeTransport,
    Request,
    RequestsTransport,
    TransportFailed,
)
from lambdas.kit.clock import FixedClock
from tests.conftest import NOW
from tests.graph.conftest import Log


def graph_of(
    handler: Callable[[Request], Answer], budget: Any = None, reads: Any = None
) -> tuple[Graph, FakeTransport]:
    clock, transport = FixedClock(NOW), FakeTransport(handler)
    deps = ClientDependencies(
        transport, clock, Log(), sleep=lambda seconds: clock.advance(timedelta(seconds=seconds))
    )
    return Graph(
        INSTAGRAM, AppCredentials("1", "s"), Addresses("v25.0"), deps, budget, reads
    ), transport


def says(body: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
        json.dumps(body).encode(),
    )


def test_two_who_ask_who_they_are_at_the_same_time_get_their_own_answers() -> None:
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


class BrokenStore:
    """A store that is down."""

    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any) -> Any:
            raise OSError("the store is down")

        return fail


def test_a_post_that_was_published_is_not_lost_over_a_store_that_is_down() -> None:
    graph, transport = graph_of(
        lambda _: says({"id": "77"}, x_app_usage='{"call_count":85}'), BrokenStore(), BrokenStore()
    )

    assert graph.account("1", "t").publishing.publish("5") == "77"
    assert graph.account("1", "t").library.profile().user_id is None
    assert len(transport.requests) == 2


def test_what_is_said_of_other_objects_does_not_block_the_account() -> None:
    other = '{"999":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":30}],"1":[{"type":"instagram","call_count":3}]}'
    graph, _ = graph_of(lambda _: says({"id": "1"}, x_business_use_case_usage=other))

    for _ in range(3):
        assert graph.account("1", "t").library.profile()


def test_one_throttled_refresh_does_not_hold_up_another() -> None:
    def answer(request: Request) -> Answer:
        throttled = request.query["access_token"] == "A"
        return (
            says({"error": {"code": 80002}}, 400)
            if throttled
            else says({"access_token": "new", "expires_in": 5})
        )

    graph, _ = graph_of(answer)
    with pytest.raises(Throttled):
        graph.login.refresh("A")

    assert graph.login.refresh("B").token == "new"


def test_one_throttle_counts_once() -> None:
    states: dict[str, BudgetState] = {}

    class Store:
        def read(self, names: tuple[str, ...]) -> dict[str, BudgetState]:
            return {name: states[name] for name in names if name in states}

        def write(self, name: str, state: BudgetState) -> None:
            states[name] = state

    usage = '{"1":[{"type":"instagram","call_count":100}]}'
    graph, _ = graph_of(
        lambda _: says({"error": {"code": 80002}}, 400, x_business_use_case_usage=usage), Store()
    )
    with pytest.raises(Throttled) as throttled:
        graph.account("1", "t").library.profile()

    assert throttled.value.retry_after is not None
    assert throttled.value.retry_after <= timedelta(minutes=1)
    assert states["account:1"].throttles == 1


def pages(*bodies: dict[str, Any]) -> Callable[[Request], Answer]:
    def answer(request: Request) -> Answer:
        return says(bodies[int(request.query.get("after", "0"))])

    return answer


def test_an_empty_page_with_another_behind_it_is_not_the_end() -> None:
    more = {"cursors": {"after": "1"}, "next": "https://x/?after=1"}
    graph, _ = graph_of(pages({"data": [], "paging": more}, {"data": [{"id": 2}]}))

    assert [media.id for media in graph.account("1", "t").library.media()] == ["2"]


def test_a_next_page_without_cursors_is_found_by_its_own_address() -> None:
    first = {"data": [{"id": "1"}], "paging": {"next": "https://x/?access_token=t&after=1"}}
    graph, _ = graph_of(pages(first, {"data": [{"id": "2"}]}))

    assert [media.id for media in graph.account("1", "t").library.media()] == ["1", "2"]


def test_a_next_page_that_cannot_be_found_is_no_end() -> None:
    graph, _ = graph_of(pages({"data": [{"id": "1"}], "paging": {"next": "https://x/"}}))

    with pytest.raises(RetryLater):
        list(graph.account("1", "t").library.media())


def test_codes_that_come_as_text_decide_all_the_same() -> None:
    graph, _ = graph_of(lambda _: says({"error": {"code": "190", "error_subcode": "460"}}, 400))

    with pytest.raises(ReconnectRequired) as dead:
        graph.account("1", "t").library.profile()

    assert dead.value.cause.subcode == 460


def test_percentages_are_numbers_too() -> None:
    assert (
        metric_of(
            {"name": "reels_skip_rate", "period": "lifetime", "values": [{"value": 42.5}]}
        ).value
        == 42.5
    )
    assert (
        metric_of({"name": "x", "values": 5, "total_value": {"breakdowns": 7}}).missing
        == "not_told"
    )


def test_a_request_that_is_wrong_teaches_nothing_about_metrics() -> None:
    answers = iter(
        [
            says({"error": {"code": 100}}, 400),
            says({"data": [{"name": "views", "period": "lifetime", "values": [{"value": 1}]}]}),
        ]
    )
    graph, _ = graph_of(lambda _: next(answers))
    insights, media = graph.account("1", "t").insights, Media("9", "IMAGE", None, None, "FEED")
    with pytest.raises(RequestRefused):
        insights.of_media(media, ["views"])

    assert insights.of_media(media, ["views"])["views"].value == 1


def test_no_log_line_of_the_network_library_shows_an_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def misbehave() -> None:
        connection, _ = server.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\n{}")
        connection.close()

    thread = threading.Thread(target=misbehave)
    thread.start()
    transport = RequestsTransport()
    with caplog.at_level(logging.DEBUG):
        transport.send(
            Request(
                "GET",
                f"http://127.0.0.1:{server.getsockname()[1]}/",
                {"access_token": "IGAAsecret"},
            )
        )
    thread.join()
    transport.close()
    server.close()

    assert "IGAAsecret" not in caplog.text


def test_a_failed_call_drags_no_address_behind_it() -> None:
    transport = RequestsTransport()
    with pytest.raises(TransportFailed) as failed:
        transport.send(Request("GET", "http://127.0.0.1:1/", {"access_token": "IGAAsecret"}))
    transport.close()

    assert failed.value.__context__ is None
