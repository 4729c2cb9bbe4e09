"""Nothing but the error tree leaves the client."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.graph import errors
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Account, Graph
from lambdas.graph.errors import (
    GraphError,
    RetryLater,
    UnknownOutcome,
)
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import INSTAGRAM, Addresses
from lambdas.graph.transport import Answer, FakeTransport, Request, TransportFailed
from lambdas.kit.clock import FixedClock
from tests.conftest import NOW
from tests.graph.conftest import Log


def account(handler: Callable[[Request], Answer]) -> Account:
    clock = FixedClock(NOW)
    deps = ClientDependencies(
        FakeTransport(handler),
        clock,
        Log(),
        sleep=lambda seconds: clock.advance(timedelta(seconds=seconds)),
    )
    return Graph(INSTAGRAM, AppCredentials("1", "s"), Addresses("v25.0"), deps).account(
        "1", "IGAAsecret"
    )


BODIES = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"",
            b"<html></html>",
            b"[]",
            b"null",
            b'"x"',
            b"{}",
            b'{"data": 5}',
            b'{"error": null}',
            b'{"error": []}',
            b"[" * 5000,
        ]
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["data", "error", "code", "id", "paging", "next"]), inner
            )
        ),
    ).map(lambda value: json.dumps(value).encode()),
)


@given(st.integers(100, 999), BODIES)
def test_only_the_tree_is_raised(status: int, body: bytes) -> None:
    one = account(lambda _: Answer(status, {}, body))
    calls = (
        lambda: list(one.library.media(NOW, NOW + timedelta(days=1))),
        one.library.profile,
        lambda: one.library.one_media("1"),
        lambda: one.publishing.publish("1"),
        lambda: one.publishing.status("1"),
        lambda: list(one.comments.of_media("1")),
        lambda: one.comments.hide("1"),
        one.publishing.limit,
    )
    for call in calls:
        chain: list[BaseException] = []
        try:
            call()
        except GraphError as failed:
            chain = [failed, *filter(None, (failed.__cause__, failed.__context__))]
        assert len(chain) <= 1, "an error that is chained carries what the network wrote"
        assert "IGAAsecret" not in repr(chain)


def test_cut_change_has_unknown_outcome() -> None:
    sent: list[Request] = []

    def cut(request: Request) -> Answer:
        sent.append(request)
        raise TransportFailed("ConnectionError")

    with pytest.raises(RetryLater):
        account(cut).library.profile()
    reads = len(sent)
    with pytest.raises(UnknownOutcome):
        account(cut).publishing.publish("1")

    assert reads > 3
    assert len(sent) == reads + 1


def test_drawn_tree_is_current() -> None:
    drawn = set(re.findall(r"(?:├──|└──) (\w+)", errors.__doc__ or ""))

    def children(kind: type[GraphError]) -> set[str]:
        return {child.__name__ for child in kind.__subclasses__()} | {
            name for child in kind.__subclasses__() for name in children(child)
        }

    assert drawn == children(GraphError)
