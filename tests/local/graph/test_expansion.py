"""Insights within a list of media."""

from __future__ import annotations

import pytest

from local.graph.data import ACCOUNT_ID, TOKEN
from local.graph.records import Expansion
from tests.json_types import JsonObject
from tests.local.graph.conftest import LIVE, GraphClient, LiveGraph
from tests.local.graph.sdk import PERSON_TOKEN, POST, STORY

BOTH = "id,media_product_type,insights.metric(views,reach)"


def metrics_of(media: JsonObject) -> list[str] | None:
    """Return the metrics of an entry; None if it has no insights."""
    return [one["name"] for one in media["insights"]["data"]] if "insights" in media else None


def test_insights_are_in_the_page(live_graph: LiveGraph) -> None:
    page = live_graph.get("me/media", fields=BOTH, limit="10")

    for media in page["data"]:
        alone = live_graph.get(f"{media['id']}/insights", metric="views,reach")
        assert media["insights"] == alone
    assert "insights.metric%28views%2Creach%29" in page["paging"]["next"]


@pytest.mark.parametrize("token", [TOKEN, PERSON_TOKEN])
def test_one_media_has_insights(graph: GraphClient, token: str) -> None:
    fields = "caption,insights.metric(views).period(lifetime){name,values},children{id}"

    found = graph.get(POST, token, fields=fields)

    [entry] = found["insights"]["data"]
    assert set(entry) == {"id", "name", "values"}
    assert entry["values"][0]["value"] >= 0


def test_stories_have_insights(graph: GraphClient) -> None:
    [story] = graph.get("me/stories", fields="id,insights.metric(views,navigation)")["data"]

    assert (story["id"], metrics_of(story)) == (STORY, ["views", "navigation"])


def test_working_expansion_leaves_out(live_graph: LiveGraph) -> None:
    live_graph.control("expansion", behaviour="works")
    fields = "id,media_product_type,insights.metric(views,follows,ig_reels_avg_watch_time)"

    found = {one["id"]: one for one in live_graph.pages("me/media", fields=fields, limit="100")}

    assert {
        (found[one.id]["media_product_type"], *(metrics_of(found[one.id]) or ["nothing"]))
        for one in live_graph.account.media
        if not one.before_business
    } == {
        ("FEED", "nothing"),
        ("REELS", "nothing"),
        ("FEED", "views", "follows"),
        ("REELS", "views", "ig_reels_avg_watch_time"),
    }
    without_data = [one.id for one in live_graph.account.media if one.viewers == 0]
    assert all(metrics_of(found[media_id]) in ([], None) for media_id in without_data)
    old = [one.id for one in live_graph.account.media if one.before_business]
    assert [metrics_of(found[media_id]) for media_id in old] == [None] * 6


def test_stories_with_few_viewers_are_left_out(live_graph: LiveGraph) -> None:
    fields = "id,insights.metric(views)"
    assert live_graph.get("me/stories", fields=fields)["error"]["code"] == 10

    live_graph.control("expansion", behaviour="works")

    found = live_graph.get("me/stories", fields=fields)["data"]
    assert [metrics_of(one) for one in found] == [[], None, *[["views"]] * 3], "the first is new"


def test_one_metric_fails_the_page(live_graph: LiveGraph) -> None:
    error = live_graph.get("me/media", fields="insights.metric(views,follows)")["error"]

    assert error["code"] == 100
    assert "follows metric for this media product type" in error["message"]


def test_one_old_post_fails_the_page(live_graph: LiveGraph) -> None:
    page = {"fields": BOTH, "limit": "100"}
    after = live_graph.get("me/media", **page)["paging"]["cursors"]["after"]
    after = live_graph.get("me/media", after=after, **page)["paging"]["cursors"]["after"]

    assert live_graph.get("me/media", after=after, **page)["error"]["error_subcode"] == 2108006


@pytest.mark.parametrize("behaviour", list(Expansion))
@pytest.mark.parametrize(
    "field",
    [
        "insights",
        "insights.metric()",
        "insights.metric(impressions)",
        "insights.metric(views){value}",
        "insights.metric(views).period(day)",
        "insights.metric(views).since(1)",
        "insights.metric(views",
        "insights.metric(views))",
        "children{insights.metric(views)}",
    ],
)
def test_wrong_expansion_is_refused(graph: GraphClient, field: str, behaviour: Expansion) -> None:
    graph.control("expansion", behaviour=behaviour)

    assert graph.get("me/media", fields=f"id,{field}")["error"]["code"] == 100


def test_unsupported_expansion_is_refused(graph: GraphClient) -> None:
    graph.control("expansion", behaviour="unsupported")

    for path in ("me/media", "me/stories", POST):
        error = graph.get(path, fields=BOTH)["error"]
        assert error["message"] == "(#100) Tried accessing nonexisting field (insights)"
    graph.control("reset")
    assert "insights" in graph.get(POST, fields=BOTH)


def test_expansion_needs_the_permission(graph: GraphClient) -> None:
    scopes = ["instagram_business_basic"]
    graph.control("token", token=TOKEN, scopes=scopes)
    for media in list(graph.state.accounts[ACCOUNT_ID].media):
        graph.control("change_media", account=ACCOUNT_ID, media=media.id, deleted=True)

    assert graph.get("me/media", fields=BOTH)["error"]["code"] == 10
    assert graph.get("me/media", fields="id") == {"data": []}


def test_insights_of_others_are_refused(graph: GraphClient) -> None:
    tagged = ["17900000000070001"]
    graph.control("account", id=LIVE, tagged_in=tagged, token="IGAAlive")
    fields = {"fields": BOTH}

    assert graph.get("me/tags", "IGAAlive", fields="id")["data"] == [{"id": tagged[0]}]
    assert graph.get("me/tags", "IGAAlive", **fields)["error"]["code"] == 100
