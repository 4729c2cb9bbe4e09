"""Which error an answer becomes: the table, its order, and that nothing but the tree leaves the client."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.graph import errors
from lambdas.graph.call import ClientDependencies
from lambdas.graph.classify import Verb, classify, rules
from lambdas.graph.client import Account, Graph
from lambdas.graph.errors import (
    Blocked,
    GraphError,
    NoData,
    NotReady,
    ObjectLag,
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
    RetryLater,
    StartAgain,
    Throttled,
    UnknownOutcome,
)
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import INSTAGRAM, Addresses
from lambdas.graph.transport import Answer, FakeTransport, Request, TransportFailed
from lambdas.kit.clock import FixedClock
from tests.conftest import NOW
from tests.graph.conftest import Log

# The rows of section "Errors" of the platform's reference: status, code, subcode, verb, and what must come of it.
ROWS: list[tuple[int, int | None, int | None, Verb, type[GraphError]]] = [
    (500, None, None, "read", RetryLater),
    (500, None, None, "write", UnknownOutcome),
    (500, 1, None, "read", RetryLater),
    (500, 1, None, "write", UnknownOutcome),
    (503, 2, None, "read", RetryLater),
    *[(400, code, None, "read", Throttled) for code in (4, 17, 32, 341, 613, 80001, 80002, 80006)],
    (400, 80002, None, "write", Throttled),
    (429, None, None, "read", Throttled),
    (403, 4, 2207051, "write", Blocked),
    (400, 3, None, "read", RequestRefused),
    (403, 10, None, "read", PermissionMissing),
    (400, 100, None, "read", RequestRefused),
    (400, 100, 33, "read", ObjectLag),
    (400, 100, 2108006, "read", NoData),
    (400, 4, 2108006, "read", NoData),
    (400, 102, None, "read", ReconnectRequired),
    *[
        (400, 190, subcode, "read", ReconnectRequired)
        for subcode in (None, 458, 459, 460, 463, 464, 467, 492, 999)
    ],
    *[(403, code, None, "read", PermissionMissing) for code in (200, 210, 299)],
    (400, 368, None, "write", Blocked),
    (400, 506, None, "write", RequestRefused),
    (400, 1609005, 1609005, "write", RequestRefused),
    (400, 2500, None, "read", RequestRefused),
    (400, 400, None, "login", StartAgain),
    (400, -2, 2207003, "write", RetryLater),
    (400, -2, 2207020, "write", StartAgain),
    (400, -1, 2207001, "write", RetryLater),
    (400, -1, 2207032, "write", RetryLater),
    (400, -1, 2207053, "write", StartAgain),
    (400, -1, 2207073, "write", RequestRefused),
    (400, 1, 2207057, "write", RequestRefused),
    (400, 9, 2207042, "write", RetryLater),
    (400, 24, 2207006, "write", StartAgain),
    (400, 24, 2207008, "write", ObjectLag),
    (400, 25, 2207050, "write", Blocked),
    *[
        (400, 100, subcode, "write", RequestRefused)
        for subcode in (2207023, 2207028, 2207035, 2207036, 2207037, 2207040)
    ],
    (400, 352, 2207026, "write", RequestRefused),
    (400, 9004, 2207052, "write", ObjectLag),
    (400, 9007, 2207027, "write", NotReady),
    *[
        (400, c, s, "write", RequestRefused)
        for c, s in ((36000, 2207004), (36001, 2207005), (36003, 2207009), (36004, 2207010))
    ],
    (400, None, 2207077, "read", RetryLater),
    (400, None, 2207082, "read", RetryLater),
    (400, None, 2207081, "write", RequestRefused),
    (400, None, 2207086, "read", RequestRefused),
]


def error(code: int | None, subcode: int | None, **more: Any) -> dict[str, Any]:
    values = {
        "code": code,
        "error_subcode": subcode,
        "message": "x",
        "type": "OAuthException",
        **more,
    }
    return {name: value for name, value in values.items() if value is not None}


def test_the_table_has_its_rows() -> None:
    assert len(rules()) >= 60
    assert all(len(rule.meaning.split()) >= 1 for rule in rules())


@pytest.mark.parametrize(("status", "code", "subcode", "verb", "kind"), ROWS)
def test_every_row_of_the_reference_decides(
    status: int, code: int | None, subcode: int | None, verb: Verb, kind: type[GraphError]
) -> None:
    assert type(classify(status, error(code, subcode), verb, "edge")) is kind


@given(st.sampled_from(ROWS), st.text(), st.text(), st.text())
def test_text_and_type_never_decide(
    row: tuple[int, int | None, int | None, Verb, type[GraphError]],
    message: str,
    kind: str,
    title: str,
) -> None:
    status, code, subcode, verb, expected = row
    found = classify(
        status,
        error(
            code,
            subcode,
            message=message,
            type=kind,
            error_user_title=title,
            error_user_msg=message,
        ),
        verb,
        "edge",
    )

    assert type(found) is expected


def test_what_is_transient_beats_code_100_and_is_beaten_by_a_dead_token() -> None:
    assert type(classify(400, error(100, None, is_transient=True), "read", "e")) is RetryLater
    assert (
        type(classify(400, error(190, None, is_transient=True), "read", "e")) is ReconnectRequired
    )


def test_throttles_know_whom_they_hold_for_and_until_when() -> None:
    of_app = classify(400, error(4, None), "read", "e", timedelta(minutes=19))
    of_account = classify(400, error(80002, None), "read", "e")

    assert isinstance(of_app, Throttled)
    assert isinstance(of_account, Throttled)
    assert (of_app.of_app, of_app.retry_after, of_account.of_app) == (
        True,
        timedelta(minutes=19),
        False,
    )


def test_the_daily_quota_is_over_tomorrow() -> None:
    quota = classify(400, error(9, 2207042), "write", "e")

    assert isinstance(quota, RetryLater)
    assert quota.retry_after == timedelta(hours=24)


def account(handler: Any) -> Account:
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
def test_nothing_but_the_tree_leaves_the_client(status: int, body: bytes) -> None:
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


def test_a_cut_connection_is_retried_for_reads_and_unknown_for_changes() -> None:
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


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = set(re.findall(r"(?:├──|└──) (\w+)", errors.__doc__ or ""))

    def children(kind: type[GraphError]) -> set[str]:
        return {child.__name__ for child in kind.__subclasses__()} | {
            name for child in kind.__subclasses__() for name in children(child)
        }

    assert drawn == children(GraphError)
