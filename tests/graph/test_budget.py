"""The call budget: throttles, blocks and waits."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest

from lambdas.graph.budget import Budget, BudgetState, MemoryBudgetStore
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Graph
from lambdas.graph.errors import (
    Throttled,
)
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import LOGIN_TYPES, Addresses, LoginType
from lambdas.graph.transport import (
    Answer,
    Request,
)
from tests.conftest import NOW
from tests.graph.answers import graph_of, says
from tests.graph.conftest import Log
from tests.graph.scripted import TOKEN, Scripted
from tests.json_types import JsonObject


def test_throttle_burst_is_one_block() -> None:
    scripted = Scripted(lambda _: (400, {"error": {"code": 80002}}))

    for number in range(20):
        budget = scripted.account.library._caller.budget
        error = budget.throttled(scripted.clock.now(), Throttled())
        assert error.retry_after is not None
        assert error.retry_after <= timedelta(minutes=1), number


def test_budget_is_checked_after_waiting() -> None:
    scripted = Scripted(
        lambda _: (200, {"id": "1", "user_id": "17"}, {"x-app-usage": '{"call_count": 94}'})
    )
    scripted.account.library.profile()
    real_sleep = scripted.graph.dependencies.sleep

    def sleep(seconds: float) -> None:
        real_sleep(seconds)
        scripted.graph.caller("17", TOKEN).block(Throttled(retry_after=timedelta(minutes=19)))

    deps = ClientDependencies(scripted.transport, scripted.clock, Log(), sleep=sleep)
    other = Graph(
        LOGIN_TYPES["instagram"],
        AppCredentials("1", "s"),
        Addresses("v25.0"),
        deps,
        scripted.budget,
    )
    with pytest.raises(Throttled):
        other.account("17", TOKEN).library.profile()
    assert len(scripted.transport.requests) == 1


@pytest.mark.parametrize("kind", ["pages", "messenger", "instagram"])
def test_wait_comes_from_any_entry(kind: str) -> None:
    usage = {
        "17": [{"type": "instagram", "estimated_time_to_regain_access": 0}],
        "900": [{"type": kind, "estimated_time_to_regain_access": 19}],
    }
    scripted = Scripted(
        lambda _: (400, {"error": {"code": 32}}, {"x-business-use-case-usage": json.dumps(usage)}),
        LoginType.FACEBOOK,
    )

    with pytest.raises(Throttled) as throttled:
        scripted.account.library.profile()
    assert throttled.value.retry_after == timedelta(minutes=19)


def test_throttled_answer_reports_app_usage() -> None:
    scripted = Scripted(
        lambda _: (400, {"error": {"code": 80002}}, {"x-app-usage": '{"call_count": 97}'})
    )
    with pytest.raises(Throttled):
        scripted.account.library.profile()
    with pytest.raises(Throttled):
        scripted.graph.account("18", "another").library.profile()

    assert len(scripted.transport.requests) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"code": 1},
        {"code": 2},
        {"code": -1},
        {"code": 100},
        {"is_transient": True},
        {"code": 80007},
    ],
)
def test_throttled_call_is_never_repeated(error: JsonObject) -> None:
    status = 400 if error.get("code") == 80007 else 429
    scripted = Scripted(lambda _: (status, {"error": error}))

    with pytest.raises(Throttled):
        scripted.account.library.profile()
    assert len(scripted.transport.requests) == 1


def test_account_limit_covers_refresh() -> None:
    scripted = Scripted(lambda _: (400, {"error": {"code": 80002}}))
    with pytest.raises(Throttled):
        scripted.account.library.profile()
    with pytest.raises(Throttled):
        scripted.graph.login.refresh(TOKEN, "17")

    assert len(scripted.transport.requests) == 1


def test_other_objects_block_nothing() -> None:
    other = (
        '{"999":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":30}],'
        '"1":[{"type":"instagram","call_count":3}]}'
    )
    graph, _ = graph_of(lambda _: says({"id": "1"}, x_business_use_case_usage=other))

    for _ in range(3):
        assert graph.account("1", "t").library.profile()


def test_throttled_refresh_blocks_no_other() -> None:
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


def test_throttle_counts_once() -> None:
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


def test_background_work_stops_earlier() -> None:
    store, now = MemoryBudgetStore(), NOW
    store.write("account:1", BudgetState(percent=70.0, seen_at=now))
    background = Budget(store, "app", "1", random.Random(1), max_usage=70.0)

    with pytest.raises(Throttled):
        background.wait(now, "media")

    assert Budget(store, "app", "1", random.Random(1)).wait(now, "media") == timedelta()
    assert background.wait(now + timedelta(hours=1), "media") == timedelta()
