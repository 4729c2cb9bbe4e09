"""Usage that rises with each call, and calls that fail in shares."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from local.graph.data import ACCOUNT_ID, TOKEN
from local.graph.rising_usage import RisingUsage
from tests.local.graph.conftest import NOW, GraphClient
from tests.local.graph.sdk import PERSON_TOKEN

URL = "/graph.instagram.com/v25.0/me"


def usage(graph: GraphClient) -> tuple[int, int]:
    """Make a call; return the used percentage and the minutes until calls are allowed."""
    answer = graph.http.get(URL, headers={"Authorization": f"Bearer {TOKEN}"})
    [entry] = json.loads(answer.headers["X-Business-Use-Case-Usage"])[ACCOUNT_ID]
    return entry["call_count"], entry["estimated_time_to_regain_access"]


def code(graph: GraphClient, token: str = TOKEN, path: str = "me") -> int | None:
    """Make a call; return the code of its error."""
    found: int | None = graph.get(path, token).get("error", {}).get("code")
    return found


@pytest.fixture(autouse=True)
def _stopped_clock(graph: GraphClient) -> None:
    graph.state.fixed = NOW


def test_usage_rises_and_blocks(graph: GraphClient) -> None:
    graph.control("rising_usage", account=ACCOUNT_ID, percent_per_call=30)

    assert [usage(graph) for _ in range(4)] == [(30, 0), (60, 0), (90, 0), (100, 60)]
    assert code(graph) == 80002


def test_block_ends_with_time(graph: GraphClient) -> None:
    graph.control("rising_usage", account=ACCOUNT_ID, percent_per_call=50, window_minutes=10)
    assert [code(graph) for _ in range(2)] == [None, None]

    graph.state.advance(timedelta(minutes=9))
    # This call counts too.
    assert code(graph) == 80002
    graph.state.advance(timedelta(minutes=1))

    assert [code(graph) for _ in range(2)] == [None, 80002]


def test_usage_of_the_app_rises(graph: GraphClient) -> None:
    graph.control("rising_usage", account="app", percent_per_call=50)

    assert [code(graph), code(graph, PERSON_TOKEN, "me/accounts")] == [None, None]
    answer = graph.http.get(URL, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.json()["error"]["code"] == 4
    assert json.loads(answer.headers["X-App-Usage"])["call_count"] == 100


def test_other_accounts_are_not_blocked(graph: GraphClient) -> None:
    graph.control("rising_usage", account="17841400000000002", percent_per_call=100)

    assert [code(graph) for _ in range(3)] == [None] * 3


def test_rising_usage_ends(graph: GraphClient) -> None:
    graph.control("rising_usage", account=ACCOUNT_ID, percent_per_call=100)
    assert [code(graph) for _ in range(2)] == [None, 80002]

    graph.control("rising_usage", account=ACCOUNT_ID)

    assert code(graph) is None


def test_operations_of_a_batch_count(graph: GraphClient) -> None:
    graph.control("rising_usage", account=ACCOUNT_ID, percent_per_call=30)
    operations = [{"method": "GET", "relative_url": f"{ACCOUNT_ID}?fields=id"}] * 5

    answers = graph.call("POST", "", PERSON_TOKEN, data={"batch": json.dumps(operations)})

    assert [answer["code"] for answer in answers] == [200, 200, 200, 200, 400]


@pytest.mark.parametrize(
    ("fault", "failing"),
    [
        ({"every": 3}, [3, 6, 9]),
        ({"share": 0.3}, [4, 7, 10]),
        ({"share": 1}, list(range(1, 11))),
        ({"every": 2, "count": 2}, [2, 4]),
        ({"count": 2}, [1, 2]),
        ({"every": 1, "path": "media"}, []),
    ],
)
def test_share_of_calls_fails(
    graph: GraphClient, fault: dict[str, Any], failing: list[int]
) -> None:
    graph.control("fail", status=500, code=2, **fault)

    codes = [code(graph) for _ in range(10)]

    assert [number for number, found in enumerate(codes, 1) if found == 2] == failing


def test_concurrent_calls_all_count() -> None:
    limit = RisingUsage("app", 1)

    with ThreadPoolExecutor(8) as pool:
        blocked = list(pool.map(lambda _: limit.count(NOW), range(120)))

    assert sum(blocked) == 20
