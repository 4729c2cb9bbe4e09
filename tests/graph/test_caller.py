"""Limits, retries and the log of calls."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lambdas.graph.errors import (
    ObjectLag,
    RetryLater,
    Throttled,
    UnknownOutcome,
)
from local.graph.data import ACCOUNT_ID, SAMPLE_DAY, TOKEN
from tests.graph.conftest import TOKENS, Bench
from tests.json_types import JsonObject

DAY = (SAMPLE_DAY, SAMPLE_DAY + timedelta(days=1))


def test_twenty_identical_reads_are_one_call(bench: Bench) -> None:
    bench.emulator_state.latency = 0.3
    account = bench.account()

    with ThreadPoolExecutor(20) as pool:
        profiles = list(pool.map(lambda _: account.library.profile(), range(20)))

    assert len(set(profiles)) == 1
    assert bench.calls() == 1


def test_tokens_never_share_answers(bench: Bench) -> None:
    graph = bench.graph()
    names = {
        graph.account("me", token).library.profile().username
        for token in (TOKEN, "IGAAlocalcreatortoken")
    }

    assert names == {"example_shop", "example_maker"}


@pytest.mark.parametrize("code", [17, 613, 80002])
def test_throttle_blocks_one_account_only(bench: Bench, code: int) -> None:
    graph = bench.graph()
    shop, maker = (
        graph.account(ACCOUNT_ID, TOKEN),
        graph.account("17841400000000002", "IGAAlocalcreatortoken"),
    )
    bench.control("throttle", account=ACCOUNT_ID, code=code, minutes=19)
    for _ in range(5):
        with pytest.raises(Throttled) as throttled:
            shop.library.profile()
        assert throttled.value.retry_after is not None
    assert bench.calls() == 1

    assert maker.library.profile().username == "example_maker"
    bench.control("throttle", account=ACCOUNT_ID)
    bench.clock.advance(timedelta(minutes=18))
    with pytest.raises(Throttled):
        shop.library.profile()
    bench.clock.advance(timedelta(minutes=2))
    assert shop.library.profile().username == "example_shop"


def test_throttled_app_blocks_all_accounts(bench: Bench) -> None:
    graph = bench.graph()
    bench.control("throttle", account="app", code=4)
    with pytest.raises(Throttled):
        graph.account(ACCOUNT_ID, TOKEN).library.profile()
    with pytest.raises(Throttled) as blocked:
        graph.account("17841400000000002", "IGAAlocalcreatortoken").library.profile()

    assert blocked.value.of_app
    assert bench.calls() == 1


def test_high_usage_slows_then_stops(bench: Bench) -> None:
    account = bench.account()
    bench.control("usage", **{"X-App-Usage": '{"call_count":85,"total_time":10,"total_cputime":1}'})
    account.library.profile()
    account.library.profile()
    assert bench.slept
    assert sum(bench.slept) < 3
    assert bench.measured == [("GraphUsage", 85), ("GraphUsage", 85)]

    bench.control("usage", **{"X-App-Usage": '{"call_count":97,"total_time":10,"total_cputime":1}'})
    account.library.profile()
    with pytest.raises(Throttled):
        account.library.profile()


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "code": 2},
        {"status": 502, "body": "<html>"},
        {"drop": "before"},
        {"status": 200, "body": ""},
    ],
)
def test_reads_are_retried(bench: Bench, fault: JsonObject) -> None:
    bench.control("fail", count=2, **fault)

    assert bench.account().library.profile().username == "example_shop"
    assert len(bench.slept) == 2


def test_missing_object_is_read_twice(bench: Bench) -> None:
    bench.control("fail", count=1, status=400, code=100, subcode=33)
    assert bench.account().library.one_media("17900000000000020").id == "17900000000000020"

    with pytest.raises(ObjectLag):
        bench.account().library.one_media("404404")
    assert bench.calls("404404") == 2


def test_too_much_data_shrinks_pages(bench: Bench) -> None:
    every = [
        {"id": f"{n}", "taken_at": (DAY[0] - timedelta(minutes=n)).isoformat()} for n in range(91)
    ]
    bench.control("media", account=ACCOUNT_ID, media=every)
    bench.control("fail", count=1000, status=500, code=1, path="media", above_limit=20)

    assert len(list(bench.account().library.media())) == 100


def test_read_ends_at_its_deadline(bench: Bench) -> None:
    bench.control("fail", count=1000, status=503, code=2)
    started = bench.clock.now()

    with pytest.raises(RetryLater):
        bench.account().library.profile()

    assert bench.clock.now() - started <= timedelta(seconds=20)
    left = [request.max_seconds for request in bench.transport.requests]
    assert left == sorted(left, reverse=True)
    assert left[-1] < left[0] <= 20


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "code": 2},
        {"drop": "before"},
        {"drop": "after"},
        {"status": 200, "body": "{}"},
    ],
)
def test_changes_are_never_repeated(bench: Bench, fault: JsonObject) -> None:
    bench.control("fail", count=1, method="POST", **fault)

    with pytest.raises(UnknownOutcome):
        bench.account().comments.create("17900000000000020", "Hello")

    assert bench.calls("comments") == 1
    assert bench.slept == []


def test_other_version_is_counted(bench: Bench) -> None:
    bench.graph(version="v18.0").account(ACCOUNT_ID, TOKEN).library.profile()

    assert set(bench.counted) == {"GraphVersionEnding", "GraphVersionMismatch"}
    assert (
        "warning",
        "another API version answered",
        {"asked": "v18.0", "served": "v21.0"},
    ) in bench.log.lines


def test_each_attempt_is_logged(bench: Bench) -> None:
    bench.control("fail", count=1, status=500, code=2, subcode=None)
    bench.account().library.profile()

    failed, answered = [extra for _, msg, extra in bench.log.lines if msg.startswith("graph call")]
    assert (failed["outcome"], failed["code"], failed["attempt"], failed["trace_id"]) == (
        "RetryLater",
        2,
        1,
        "AEmulatorTrace",
    )
    assert (answered["method"], answered["edge"], answered["status"], answered["attempt"]) == (
        "GET",
        "profile",
        200,
        2,
    )


def test_token_is_sent_in_header(bench: Bench, login_type: str) -> None:
    account = bench.account(login_type)
    calls: list[Callable[[], object]] = [
        account.library.profile,
        lambda: list(account.library.media()),
        lambda: list(account.comments.of_media("17900000000000020")),
        account.publishing.limit,
    ]
    for call in calls:
        call()

    for request in bench.transport.requests:
        assert request.headers["Authorization"] == f"Bearer {TOKENS[login_type]}"
        assert TOKENS[login_type] not in str(dict(request.query)) + str(dict(request.form))
