"""Numbers on the deployed stack, with IAM enforced: collected, answered, exported, deleted."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from boto3.dynamodb.conditions import Key

from lambdas.analytics import keys
from lambdas.analytics.reader import packed
from lambdas.analytics.records import Post
from lambdas.instagram.budget_store import ROW as BUDGET_ROW
from lambdas.storage.keys import PARTITION, graph_key
from local.graph.data import APPS
from local.graph.numbers import media_number
from local.local_site import LocalSite
from tests.deployed import Stack, wait_until
from tests.e2e.callbacks import call_back

ACCOUNT = "17841400000000321"
PERSON = "25841400000000321"
POSTS = 120
TABLE = "AnalyticsTable"
QUEUE = "Analytics.CollectQueue"
RANGE = f"account={ACCOUNT}&since=2026-01-01"


@pytest.fixture(scope="module")
def numbers(stack: Stack) -> Iterator[Stack]:
    """Provide a stack with a connected account whose numbers live."""
    now = datetime.now(UTC)
    stack.control(
        "generate",
        id=ACCOUNT,
        username="example_numbers",
        posts=POSTS,
        since=(now - timedelta(days=100)).isoformat(),
        until=now.isoformat(),
    )
    stack.control("expansion", behaviour="works")
    site = LocalSite(stack.deployment)
    site.consent(site.connect_dialog(), ACCOUNT)
    yield stack
    stack.operate("DELETE", f"/instagram/accounts/{ACCOUNT}")


def report(stack: Stack, query: str = RANGE) -> Any:
    """Return an account's report."""
    answer = stack.operate("GET", f"/instagram/analytics?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def collect(stack: Stack, unit: str) -> None:
    """Collect a unit of the account, as the schedule does."""
    stack.send(QUEUE, {"account_id": ACCOUNT, "unit": unit})


def test_report_holds_every_number(numbers: Stack) -> None:
    assert numbers.operate("POST", f"/instagram/analytics/collect?account={ACCOUNT}").ok
    again = numbers.operate("POST", f"/instagram/analytics/collect?account={ACCOUNT}")
    assert (again.status_code, "Retry-After" in again.headers) == (429, True)

    found = wait_until(
        lambda: (answer := report(numbers))["totals"]["posts"] == POSTS and answer, seconds=60
    )

    for post in found["posts"]:
        collected_at = datetime.fromisoformat(post["collectedAt"] or post["timestamp"])
        age = collected_at - datetime.fromisoformat(post["timestamp"])
        for name, value in post["metrics"].items():
            if value is None:
                assert post["missing"][name] in ("before_business_account", "not_yet")
            elif name in ("likes", "reach", "views"):
                expected = media_number(post["id"], post["media_product_type"], name, age)
                # The emulator's clock runs on between its answer and ours.
                assert value == pytest.approx(expected, rel=0.02, abs=2), (post["id"], name)
    assert found["totals"]["likes"] == sum(post["metrics"]["likes"] or 0 for post in found["posts"])


def test_stored_answer_ends_with_a_change(numbers: Stack) -> None:
    # Other units may still be collected.
    wait_until(lambda: report(numbers)["fromCache"])

    changed = numbers.operate(
        "PATCH", f"/instagram/analytics/account?account={ACCOUNT}", {"time_zone": "Asia/Tokyo"}
    )

    assert changed.status_code == 200, changed.text
    answer = report(numbers)
    assert (answer["time_zone"], answer["fromCache"]) == ("Asia/Tokyo", False)


def test_days_and_audience_arrive(numbers: Stack) -> None:
    def audience() -> Any:
        path = f"/instagram/analytics/audience?account={ACCOUNT}"
        return numbers.operate("GET", path).json()["followers"]["age"]

    assert wait_until(audience)["18-24"] > 0
    since = (datetime.now(UTC) - timedelta(days=20)).date()

    def days() -> Any:
        # Reach and followers come with calls of their own.
        found = report(numbers, f"account={ACCOUNT}&since={since}")
        return found["accountInsights"]["reach"] and found["totals"]["newFollowers"] and found

    answer = wait_until(days)
    assert len(answer["accountInsights"]["reach"][0]["values"]) >= 20


def test_large_export_is_linked(numbers: Stack) -> None:
    table, taken = numbers.table(TABLE), datetime(2025, 9, 1, tzinfo=UTC)
    with table.batch_writer() as batch:
        for index in range(1500):
            at = taken + timedelta(minutes=index)
            post = Post(id=f"{index:06}", taken_at=at, seen_at=at, caption="=é" * 1500)
            key = keys.row_key("main", ACCOUNT, keys.at("POST", at, post.id))
            batch.put_item(Item={**key, keys.BODY: packed(post)})

    path = f"/instagram/analytics/export?table=posts&format=csv&account={ACCOUNT}&since=2025-08-01"
    answer = numbers.operate("GET", path)

    assert [step.status_code for step in answer.history] == [303]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1500 + POSTS
    assert rows[0]["caption"].startswith("'=")
    assert "Authorization" not in answer.request.headers


def test_used_limit_stops_the_collection(numbers: Stack) -> None:
    usage = {"call_count": 75, "total_time": 1, "total_cputime": 1}
    numbers.control("usage", **{"X-App-Usage": json.dumps(usage)})
    try:
        collect(numbers, "days")
        codes = wait_until(lambda: "throttled" in (found := reasons(numbers)) and found, seconds=30)
    finally:
        numbers.control("usage", **{"X-App-Usage": json.dumps({**usage, "call_count": 1})})
        key = graph_key(f"app:{APPS['instagram_app_id']}", BUDGET_ROW)
        numbers.table("EventsTable").delete_item(Key=key)

    assert "reconnect_required" not in codes
    collect(numbers, "days")
    wait_until(lambda: "throttled" not in reasons(numbers), seconds=30)


def reasons(stack: Stack) -> list[str]:
    """Return the codes of what a report does not cover."""
    return [reason["code"] for reason in report(stack)["coverage"]["reasons"]]


def test_dead_token_is_reported(numbers: Stack) -> None:
    numbers.control("token", account=ACCOUNT, dead=458)

    collect(numbers, "days")

    wait_until(lambda: "reconnect_required" in reasons(numbers), seconds=60)
    path = f"/instagram/token/status?account={ACCOUNT}"
    wait_until(lambda: numbers.operate("GET", path).json()["state"] == "reconnect_required")
    assert report(numbers)["totals"]["posts"] >= POSTS


def test_disconnected_account_keeps_its_history(numbers: Stack) -> None:
    numbers.operate("DELETE", f"/instagram/accounts/{ACCOUNT}")

    assert report(numbers)["totals"]["posts"] >= POSTS
    assert reasons(numbers)[0] == "account_disconnected"


def test_deletion_request_deletes_the_numbers(numbers: Stack) -> None:
    deletion = call_back(numbers, "data-deletion", PERSON)

    def is_done() -> bool:
        page = requests.get(deletion["url"], headers={"Accept": "text/html"}, timeout=30)
        return "Your data was deleted" in page.text

    wait_until(is_done, seconds=60)
    partition = Key(PARTITION).eq(keys.partition("main", ACCOUNT))
    left = numbers.table(TABLE).query(KeyConditionExpression=partition, Limit=1)["Items"]
    assert left == []
    assert numbers.operate("GET", f"/instagram/analytics?{RANGE}").status_code == 404
