"""Which error an answer becomes: the table and its order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.graph.classify import classify
from lambdas.graph.error_rule import error_rules
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
from lambdas.graph.verb import Verb
from tests.json_types import JsonObject

ROWS: list[tuple[int, int | None, int | None, Verb, type[GraphError]]] = [
    (500, None, None, Verb.READ, RetryLater),
    (500, None, None, Verb.WRITE, UnknownOutcome),
    (500, 1, None, Verb.READ, RetryLater),
    (500, 1, None, Verb.WRITE, UnknownOutcome),
    (503, 2, None, Verb.READ, RetryLater),
    *[
        (400, code, None, Verb.READ, Throttled)
        for code in (4, 17, 32, 341, 613, 80001, 80002, 80006)
    ],
    (400, 80002, None, Verb.WRITE, Throttled),
    (429, None, None, Verb.READ, Throttled),
    (403, 4, 2207051, Verb.WRITE, Blocked),
    (400, 3, None, Verb.READ, RequestRefused),
    (403, 10, None, Verb.READ, PermissionMissing),
    (400, 100, None, Verb.READ, RequestRefused),
    (400, 100, 33, Verb.READ, ObjectLag),
    (400, 100, 2108006, Verb.READ, NoData),
    (400, 4, 2108006, Verb.READ, NoData),
    (400, 102, None, Verb.READ, ReconnectRequired),
    *[
        (400, 190, subcode, Verb.READ, ReconnectRequired)
        for subcode in (None, 458, 459, 460, 463, 464, 467, 492, 999)
    ],
    *[(403, code, None, Verb.READ, PermissionMissing) for code in (200, 210, 299)],
    *[(400, 100, one, Verb.WRITE, RequestRefused) for one in (2534025, 2534014, 2534037)],
    *[(400, 551, one, Verb.WRITE, RequestRefused) for one in (None, 1545041)],
    (400, 10900, None, Verb.WRITE, RequestRefused),
    (400, 10, 2018300, Verb.WRITE, RequestRefused),
    (403, 10, 2534022, Verb.WRITE, PermissionMissing),
    (403, 200, 2534041, Verb.WRITE, PermissionMissing),
    *[
        (400, code, subcode, Verb.WRITE, Blocked)
        for code, subcode in ((100, 2534029), (10, 1893063))
    ],
    (400, 368, None, Verb.WRITE, Blocked),
    (400, 506, None, Verb.WRITE, RequestRefused),
    (400, 1609005, 1609005, Verb.WRITE, RequestRefused),
    (400, 2500, None, Verb.READ, RequestRefused),
    (400, 400, None, Verb.LOGIN, StartAgain),
    (400, -2, 2207003, Verb.WRITE, RetryLater),
    (400, -2, 2207020, Verb.WRITE, StartAgain),
    (400, -1, 2207001, Verb.WRITE, RetryLater),
    (400, -1, 2207032, Verb.WRITE, RetryLater),
    (400, -1, 2207053, Verb.WRITE, StartAgain),
    (400, -1, 2207073, Verb.WRITE, RequestRefused),
    (400, 1, 2207057, Verb.WRITE, RequestRefused),
    (400, 9, 2207042, Verb.WRITE, RetryLater),
    (400, 24, 2207006, Verb.WRITE, StartAgain),
    (400, 24, 2207008, Verb.WRITE, ObjectLag),
    (400, 25, 2207050, Verb.WRITE, Blocked),
    *[
        (400, 100, subcode, Verb.WRITE, RequestRefused)
        for subcode in (2207023, 2207028, 2207035, 2207036, 2207037, 2207040)
    ],
    (400, 352, 2207026, Verb.WRITE, RequestRefused),
    (400, 9004, 2207052, Verb.WRITE, ObjectLag),
    (400, 9007, 2207027, Verb.WRITE, NotReady),
    *[
        (400, c, s, Verb.WRITE, RequestRefused)
        for c, s in ((36000, 2207004), (36001, 2207005), (36003, 2207009), (36004, 2207010))
    ],
    (400, None, 2207077, Verb.READ, RetryLater),
    (400, None, 2207082, Verb.READ, RetryLater),
    (400, None, 2207081, Verb.WRITE, RequestRefused),
    (400, None, 2207086, Verb.READ, RequestRefused),
]


def error(code: int | None, subcode: int | None, **more: object) -> JsonObject:
    values = {
        "code": code,
        "error_subcode": subcode,
        "message": "x",
        "type": "OAuthException",
        **more,
    }
    return {name: value for name, value in values.items() if value is not None}


def test_table_is_complete() -> None:
    assert len(error_rules()) >= 60
    assert all(len(rule.meaning.split()) >= 1 for rule in error_rules())


@pytest.mark.parametrize(("status", "code", "subcode", "verb", "kind"), ROWS)
def test_each_reference_row_decides(
    status: int, code: int | None, subcode: int | None, verb: Verb, kind: type[GraphError]
) -> None:
    assert type(classify(status, error(code, subcode), verb, "edge")) is kind


@given(st.sampled_from(ROWS), st.text(), st.text(), st.text())
def test_other_text_never_decides(
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


def test_transient_ranks_below_dead_token() -> None:
    assert type(classify(400, error(100, None, is_transient=True), Verb.READ, "e")) is RetryLater
    assert (
        type(classify(400, error(190, None, is_transient=True), Verb.READ, "e"))
        is ReconnectRequired
    )


def test_throttle_has_scope_and_end() -> None:
    of_app = classify(400, error(4, None), Verb.READ, "e", timedelta(minutes=19))
    of_account = classify(400, error(80002, None), Verb.READ, "e")

    assert isinstance(of_app, Throttled)
    assert isinstance(of_account, Throttled)
    assert (of_app.of_app, of_app.retry_after, of_account.of_app) == (
        True,
        timedelta(minutes=19),
        False,
    )


def test_daily_quota_ends_tomorrow() -> None:
    quota = classify(400, error(9, 2207042), Verb.WRITE, "e")

    assert isinstance(quota, RetryLater)
    assert quota.retry_after == timedelta(hours=24)
