"""Metrics that are refused on demand."""

from __future__ import annotations

import pytest

from tests.local.graph.conftest import GraphClient
from tests.local.graph.sdk import POST, STORY

TOTALS = {"period": "day", "metric_type": "total_value"}


def test_metric_of_a_product_type_is_refused(graph: GraphClient) -> None:
    graph.control("refuse", level="FEED", metrics=["reach"])

    assert graph.get(f"{POST}/insights", metric="views,reach")["error"]["code"] == 100
    assert len(graph.get(f"{POST}/insights", metric="views")["data"]) == 1
    assert len(graph.get(f"{STORY}/insights", metric="views,reach")["data"]) == 2


def test_metric_of_accounts_is_refused(graph: GraphClient) -> None:
    graph.control("refuse", level="ACCOUNT", metrics=["views"])

    error = graph.get("me/insights", metric="reach,views", **TOTALS)["error"]
    assert (error["code"], error["message"][:50]) == (
        100,
        "(#100) metric[1] must be one of the following valu",
    )
    assert len(graph.get(f"{POST}/insights", metric="views")["data"]) == 1
    graph.control("refuse", level="ACCOUNT", metrics=[])
    assert len(graph.get("me/insights", metric="reach,views", **TOTALS)["data"]) == 2


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("refuse", {"level": "AD", "metrics": []}),
        ("refuse", {"level": "FEED", "metrics": ["navigation"]}),
        ("refuse", {"level": "FEED"}),
        ("expansion", {"behaviour": "sometimes"}),
        ("expansion", {"mode": "works"}),
        ("live", {"account": "1"}),
        ("live", {"account": "17841400000000001", "delay_hours": 49}),
        ("live", {"account": "17841400000000001", "late": "never"}),
        ("live", {"account": "17841400000000001", "percent": -1}),
        ("change_media", {"account": "17841400000000001", "media": "1"}),
        ("change_media", {"account": "17841400000000001", "media": POST, "numbers": {"x": 1}}),
        ("change_media", {"account": "17841400000000001", "media": POST, "numbers": {"views": -1}}),
        ("day", {"account": "17841400000000001", "day": "today", "numbers": {}}),
        ("day", {"account": "17841400000000001", "day": "2026-11-01", "numbers": {"age": 1}}),
        ("rising_usage", {"account": "app", "percent_per_call": 0}),
        ("rising_usage", {"account": "1", "percent_per_call": 5}),
        ("rising_usage", {"account": "app", "percent_per_call": 5, "window_minutes": 0}),
        ("fail", {"count": 1, "every": 0}),
        ("fail", {"share": 1.5}),
        ("fail", {"share": 0.5, "every": 2}),
    ],
)
def test_invalid_knob_is_refused(graph: GraphClient, name: str, body: dict[str, object]) -> None:
    answer = graph.control(name, **body)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{name}: ")
