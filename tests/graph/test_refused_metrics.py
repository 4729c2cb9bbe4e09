"""What refusals of metrics teach."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lambdas.graph.errors import (
    RequestRefused,
)
from lambdas.graph.login_type import LoginType
from lambdas.graph.media import Media
from lambdas.graph.metric import metric_of
from lambdas.graph.transport import (
    Request,
)
from tests.graph.answers import graph_of, says
from tests.graph.scripted import Scripted


def test_unknown_type_teaches_nothing() -> None:
    def script(request: Request) -> tuple[int, object]:
        metrics = request.query["metric"].split(",")
        if "/story/" in request.url and "saved" in metrics:
            return 400, {"error": {"code": 100, "message": "not for stories"}}
        return 200, {
            "data": [
                {"name": name, "period": "lifetime", "values": [{"value": 1}]} for name in metrics
            ]
        }

    account = Scripted(script).account
    typeless = account.insights.of_media(Media("story", "IMAGE", None, None))
    feed = account.insights.of_media(Media("post", "IMAGE", None, None, "FEED"))

    assert typeless["saved"].missing == "not_supported"
    assert feed["saved"].value == 1


def test_sharing_metric_is_asked_again() -> None:
    def script(request: Request) -> tuple[int, object]:
        metrics = request.query["metric"].split(",")
        if "/1/" in request.url and "crossposted_views" in metrics:
            return 400, {"error": {"code": 100, "error_subcode": 2207086}}
        return 200, {
            "data": [
                {"name": name, "period": "lifetime", "values": [{"value": 1}]} for name in metrics
            ]
        }

    insights = Scripted(script, LoginType.FACEBOOK).account.insights
    wanted = ["views", "crossposted_views"]

    assert (
        insights.of_media(Media("1", "VIDEO", None, None, "REELS"), wanted)[
            "crossposted_views"
        ].missing
        == "not_supported"
    )
    assert (
        insights.of_media(Media("2", "VIDEO", None, None, "REELS"), wanted)[
            "crossposted_views"
        ].value
        == 1
    )


def test_one_caller_finds_refused_metric() -> None:
    def script(request: Request) -> tuple[int, object]:
        metrics = request.query["metric"].split(",")
        if "reach" in metrics:
            return 400, {"error": {"code": 100}}
        return 200, {
            "data": [
                {"name": name, "period": "lifetime", "values": [{"value": 1}]} for name in metrics
            ]
        }

    scripted = Scripted(script)
    with ThreadPoolExecutor(20) as pool:
        media = [Media(str(n), "IMAGE", None, None, "FEED") for n in range(20)]
        found = list(pool.map(lambda one: scripted.account.insights.of_media(one), media))

    assert {metrics["reach"].missing for metrics in found} == {"not_supported"}
    assert {metrics["views"].value for metrics in found} == {1}
    assert len(scripted.transport.requests) <= 20 + 7 + 20


def test_percentage_is_a_number() -> None:
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


def test_wrong_request_teaches_nothing() -> None:
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
