"""The knobs of publishing: times, failures, lags, quota and spam."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from local.graph.data import ACCOUNT_ID
from tests.local.graph.conftest import GraphClient


def turn(graph: GraphClient, **rules: object) -> None:
    """Change how publishing behaves for the account."""
    answer = graph.control("publishing", account=ACCOUNT_ID, **rules)
    assert answer.status_code == 200, answer.text


def error_of(answer: dict[str, dict[str, int]]) -> tuple[int, int | None]:
    """Return the code and subcode of a refusal."""
    return answer["error"]["code"], answer["error"].get("error_subcode")


def test_processing_takes_time(graph: GraphClient) -> None:
    turn(graph, image_seconds=10, video_seconds=60)
    image = graph.create(image_url=graph.picture())
    reel = graph.create(media_type="REELS", video_url=graph.video())

    graph.advance(59)

    assert graph.status(image)["status_code"] == "FINISHED"
    assert graph.status(reel)["status_code"] == "IN_PROGRESS"


def test_next_containers_follow_their_plans(graph: GraphClient) -> None:
    turn(graph, next_containers=[{"seconds": 1500}, {}, {"failure": 2207053, "seconds": 20}])
    slow, usual, failing = (graph.create(image_url=graph.picture()) for _ in range(3))

    states = [graph.status(one)["status_code"] for one in (slow, usual, failing)]
    graph.advance(1500)

    assert states == ["IN_PROGRESS", "FINISHED", "IN_PROGRESS"]
    assert graph.status(slow)["status_code"] == "FINISHED"
    assert "2207053" in graph.status(failing)["status"]


@pytest.mark.parametrize("subcode", [None, 2207077])
def test_failure_in_the_text_only(graph: GraphClient, subcode: int | None) -> None:
    plan = {"text_only": True} | ({"failure": subcode} if subcode else {})
    turn(graph, next_containers=[plan])

    status = graph.status(graph.create(image_url=graph.picture()))

    assert "status_code" not in status
    assert status["status"].startswith("Error: Media download has failed")
    assert (str(subcode) in status["status"]) == (subcode is not None)


def test_new_container_lags(graph: GraphClient) -> None:
    turn(graph, lag_seconds=20)
    container = graph.create(image_url=graph.picture())

    assert error_of(graph.status(container)) == (100, 33)
    assert error_of(graph.publish(container)) == (9007, 2207027)
    graph.advance(20)

    assert graph.status(container)["status_code"] == "FINISHED"


def test_new_post_lags(graph: GraphClient) -> None:
    turn(graph, media_lag_seconds=30, permalink_lag_seconds=60)
    post = graph.publish(graph.create(image_url=graph.picture()))["id"]
    path, fields = "me/media", "id,permalink"

    assert error_of(graph.get(post)) == (100, 33)
    assert post not in [one["id"] for one in graph.get(path)["data"]]
    graph.advance(30)
    assert graph.get(path, fields=fields)["data"][0] == {"id": post}
    graph.advance(30)
    assert "permalink" in graph.get(post, fields=fields)


@pytest.mark.parametrize(("spam", "posts"), [("before", 0), ("after", 1)])
def test_spam_suspicion_may_have_an_effect(graph: GraphClient, spam: str, posts: int) -> None:
    turn(graph, spam=spam)
    container = graph.create(image_url=graph.picture())

    assert error_of(graph.publish(container)) == (4, 2207051)

    assert len(graph.published()) == posts
    turn(graph, spam=None)
    assert ("id" in graph.publish(container)) == (posts == 0)


def test_quota_counts_at_publishing(graph: GraphClient) -> None:
    turn(graph, quota_total=3, quota_used=1)
    containers = [graph.create(image_url=graph.picture()) for _ in range(3)]

    answers = [graph.publish(one) for one in containers]

    assert error_of(answers[2]) == (9, 2207042)
    [limit] = graph.get("me/content_publishing_limit", fields="quota_usage,config")["data"]
    assert (limit["quota_usage"], limit["config"]["quota_total"]) == (3, 3)


def test_limit_without_config(graph: GraphClient) -> None:
    turn(graph, limit_config=False)

    limit = graph.get("me/content_publishing_limit", fields="quota_usage,config")

    assert limit["data"] == [{"quota_usage": 0}]


def test_containers_count_at_creation(graph: GraphClient) -> None:
    turn(graph, container_total=1)
    graph.create(image_url=graph.picture())
    options = {"image_url": graph.picture()}

    assert error_of(graph.call("POST", "me/media", data=options)) == (9, 2207042)
    graph.advance(24 * 3600)
    assert graph.create(**options)


def test_container_expires_after_a_day(graph: GraphClient) -> None:
    container = graph.create(image_url=graph.picture())

    graph.advance(24 * 3600)

    assert graph.status(container)["status_code"] == "EXPIRED"
    assert error_of(graph.publish(container)) == (-2, 2207020)


def test_container_is_published_once(graph: GraphClient) -> None:
    container = graph.create(image_url=graph.picture())

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(graph.publish, [container] * 8))

    refused = [error_of(one) for one in answers if "error" in one]
    assert refused == [(24, 2207008)] * 7
    assert len(graph.published()) == 1


CHILD_ERRORS = [
    ({"failure": 2207026}, -1, 2207032),
    ({"seconds": 60}, 9007, 2207027),
]


@pytest.mark.parametrize(("plan", "code", "subcode"), CHILD_ERRORS)
def test_carousel_needs_finished_items(
    graph: GraphClient, plan: dict[str, int], code: int, subcode: int
) -> None:
    turn(graph, next_containers=[{}, plan])
    items = [graph.create(image_url=graph.picture(), is_carousel_item="true") for _ in range(2)]

    options = {"media_type": "CAROUSEL", "children": ",".join(items)}
    answer = graph.call("POST", "me/media", data=options)

    assert error_of(answer) == (code, subcode)
    assert graph.published() == []


def test_carousel_needs_recent_items(graph: GraphClient) -> None:
    items = [graph.create(image_url=graph.picture(), is_carousel_item="true") for _ in range(2)]
    graph.advance(24 * 3600)

    options = {"media_type": "CAROUSEL", "children": ",".join(items)}

    assert error_of(graph.call("POST", "me/media", data=options)) == (-2, 2207020)


@pytest.mark.parametrize(
    "rules",
    [
        {"quota": 3},
        {"quota_total": -1},
        {"quota_total": "many"},
        {"spam": "sometimes"},
        {"limit_config": 1},
        {"next_containers": {"seconds": 1}},
        {"next_containers": [{"second": 1}]},
    ],
)
def test_invalid_rules_are_refused(graph: GraphClient, rules: dict[str, object]) -> None:
    before = replace(graph.state.accounts[ACCOUNT_ID].publishing)

    assert graph.control("publishing", account=ACCOUNT_ID, **rules).status_code == 400
    assert graph.state.accounts[ACCOUNT_ID].publishing == before
    assert graph.control("publishing", account="1").status_code == 400


def test_null_restores_a_rule(graph: GraphClient) -> None:
    turn(graph, quota_total=1, lag_seconds=5)

    turn(graph, quota_total=None)

    rules = graph.state.accounts[ACCOUNT_ID].publishing
    assert (rules.quota_total, rules.lag_seconds) == (50, 5)
