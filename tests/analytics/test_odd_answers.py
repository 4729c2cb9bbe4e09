"""Numbers, names and texts may be of any kind: one odd object costs no other, and no later run."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from lambdas.analytics.records import Unit
from lambdas.graph.transport import Answer, Request
from tests.analytics.conftest import ACCOUNT, Numbers
from tests.conftest import Aws
from tests.json_types import JsonObject

LONG = "x" * 500_000
HUGE = 99999999999999999999


@pytest.fixture
def twelve(fake_aws: Aws) -> Numbers:
    return Numbers(fake_aws, posts=12, days=20)


def change(numbers: Numbers, path: str, changed: Callable[[JsonObject], None]) -> None:
    """Change what is listed at an address."""
    send = numbers.transport.send

    def changing(request: Request, max_bytes: int = 1 << 24) -> Answer:
        answer = send(request, max_bytes)
        if not request.url.partition("?")[0].endswith(path):
            return answer
        body = json.loads(answer.body)
        for one in body.get("data", [body]):
            changed(one)
        return Answer(answer.status, answer.headers, json.dumps(body).encode())

    numbers.transport.send = changing  # type: ignore[method-assign]


def metric(name: str, **more: object) -> JsonObject:
    return {"insights": {"data": [{"name": name, **more}]}}


@pytest.mark.parametrize(
    "odd",
    [
        {"caption": LONG},
        {"permalink": LONG},
        {"media_url": LONG, "thumbnail_url": LONG},
        {"media_type": LONG},
        {"id": "9" * 3000},
        {"id": "9" * 900},
        {"like_count": HUGE},
        {"comments_count": -5},
        {"like_count": "12"},
        {"timestamp": "9999-12-31T23:59:59+0000"},
        {"timestamp": "0001-01-01T00:00:00+0000"},
        metric("reach", values=[{"value": HUGE}]),
        metric("reach", values=[{"value": 1e300}]),
        metric("reach", values=[{"value": "many"}]),
        metric("reach", values=None),
        metric(LONG, values=[{"value": 1}]),
        {"insights": {"data": [{"name": f"n{n}", "values": [{"value": n}]} for n in range(60000)]}},
        {"insights": {"data": None}},
        {"insights": None},
    ],
)
def test_odd_post_costs_no_other(twelve: Numbers, odd: JsonObject) -> None:
    strange, other = twelve.media(3), twelve.media(5)
    change(twelve, "/media", lambda one: one.update(odd) if one["id"] == strange else None)

    twelve.collect(Unit.CATALOGUE)

    assert {twelve.media(0), other} <= {one.id for one in twelve.posts()}
    assert twelve.status(Unit.CATALOGUE).succeeded_at


@pytest.mark.parametrize(
    "odd",
    [
        {"biography": LONG},
        {"website": LONG, "profile_picture_url": LONG},
        {"name": LONG, "username": LONG},
        {"followers_count": HUGE},
        {"media_count": "many"},
    ],
)
def test_odd_profile_costs_no_numbers(twelve: Numbers, odd: JsonObject) -> None:
    change(twelve, "/me", lambda one: one.update(odd))
    change(twelve, f"/{ACCOUNT}", lambda one: one.update(odd))

    twelve.collect(Unit.DAYS)

    assert twelve.days()


@pytest.mark.parametrize(
    "parts",
    [
        [{"dimension_values": [f"City {number}"], "value": number} for number in range(60_000)],
        [{"dimension_values": [LONG], "value": 1}],
        [{"dimension_values": ["Rome"], "value": HUGE}],
        [{"dimension_values": None, "value": 1}],
    ],
)
def test_odd_parts_cost_no_others(twelve: Numbers, parts: list[JsonObject]) -> None:
    good = {"dimension_values": ["Paris"], "value": 7}
    block = {"dimension_keys": ["city"], "results": [good, *parts]}
    change(twelve, "/insights", lambda one: one.update(total_value={"breakdowns": [block]}))

    twelve.collect(Unit.AUDIENCE)

    (found,) = twelve.dependencies.reader.audiences(ACCOUNT, "2000", "2999")
    assert found.followers["city"]["Paris"] == 7
