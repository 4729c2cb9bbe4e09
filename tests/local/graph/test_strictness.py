"""The emulator refuses what Meta refuses."""

from __future__ import annotations

import pytest

from local.graph.data import ACCOUNT_ID, TOKEN
from tests.json_types import JsonObject
from tests.local.graph.conftest import GraphClient
from tests.local.graph.sdk import PERSON_TOKEN

POST, PICTURE = "17900000000000020", "https://photos.example.com/a.jpg"
MAKER, THEIR_POST = "17841400000000002", "17900000000070001"

REFUSED: list[tuple[str, dict[str, str], int, int | None]] = [
    ("me", {"fields": "id,shoe_size"}, 100, None),
    ("me", {"fields": "id,children{id"}, 100, None),
    ("me/media", {"fields": "viewz"}, 100, None),
    ("me/media", {"limit": "0"}, 100, None),
    ("me/media", {"limit": "9" * 5000}, 100, None),
    ("me/media", {"after": "nonsense"}, 100, None),
    ("me/media", {"pretty": "1"}, 100, None),
    ("me/media/more", {}, 2500, None),
    ("me/media", {"since": "soon"}, 100, None),
    ("me/media", {"since": "9" * 40}, 100, None),
    ("123456", {}, 100, 33),
    ("me/nothing", {}, 100, None),
    ("me/insights", {"metric": "reach"}, 100, None),
    ("me/insights", {"metric": "", "period": "day"}, 100, None),
    ("me/insights", {"metric": '[{"a":1}]', "period": "day"}, 100, None),
    ("me/insights", {"metric": "impressions", "period": "day"}, 100, None),
    ("me/insights", {"metric": "likes", "period": "day"}, 100, None),
    ("me/insights", {"metric": "reach", "period": "day", "metric_type": "sum"}, 100, None),
    ("me/insights", {"metric": "reach", "period": "day", "timeframe": "today"}, 100, None),
    (
        "me/insights",
        {"metric": "reach,plays", "period": "day", "metric_type": "total_value"},
        100,
        None,
    ),
    (
        "me/insights",
        {"metric": "reach", "period": "day", "since": "0", "until": "9999999"},
        100,
        None,
    ),
    (
        "me/insights",
        {
            "metric": "engaged_audience_demographics",
            "period": "lifetime",
            "metric_type": "total_value",
            "breakdown": "age",
            "timeframe": "last_90_days",
        },
        100,
        None,
    ),
    (f"{POST}/insights", {"fields": "views"}, 100, None),
    (f"{POST}/insights", {"metric": "views,navigation"}, 100, None),
    (f"{POST}/insights", {"metric": "impressions"}, 100, None),
    ("me/content_publishing_limit", {"fields": "quota"}, 100, None),
    ("me/content_publishing_limit", {"since": "0"}, 100, None),
]
REFUSED_CONTAINERS: list[tuple[JsonObject, int]] = [
    ({"image_url": PICTURE, "is_carousel_item": "maybe"}, 100),
    ({"image_url": PICTURE, "alt_text": "x" * 1001}, 100),
    ({"image_url": PICTURE, "collaborators": "a,b,c,d"}, 100),
    ({"image_url": PICTURE, "user_tags": '[{"username":"a"}]'}, 100),
    ({"image_url": PICTURE, "user_tags": "a"}, 100),
    ({"image_url": PICTURE, "product_tags": "[]"}, 100),
    ({"video_url": PICTURE, "media_type": "REELS", "alt_text": "x"}, 100),
    ({"video_url": PICTURE, "media_type": "REELS", "thumb_offset": "-1"}, 1),
    ({"video_url": PICTURE, "media_type": "REELS", "trial_params": "{}"}, 100),
]


@pytest.mark.parametrize(("path", "query", "code", "subcode"), REFUSED)
def test_refuse_read(
    graph: GraphClient, path: str, query: dict[str, str], code: int, subcode: int | None
) -> None:
    error = graph.get(path, **query)["error"]

    assert (error["code"], error.get("error_subcode")) == (code, subcode)


@pytest.mark.parametrize(("options", "code"), REFUSED_CONTAINERS)
def test_refuse_container(graph: GraphClient, options: dict[str, str], code: int) -> None:
    assert graph.call("POST", "me/media", data=options)["error"]["code"] == code
    assert graph.state.containers == {}


def test_tokens_belong_to_one_host(graph: GraphClient) -> None:
    for token, host in ((PERSON_TOKEN, "graph.instagram.com"), (TOKEN, "graph.facebook.com")):
        answer = graph.http.get(
            f"/{host}/v25.0/{ACCOUNT_ID}", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.json()["error"]["code"] == 190


def test_token_is_required(graph: GraphClient) -> None:
    answer = graph.http.get("/graph.instagram.com/v25.0/me")

    assert answer.json()["error"]["code"] == 2500


def test_unknown_host_is_not_found(graph: GraphClient) -> None:
    assert graph.http.get("/example.com/v25.0/me").status_code == 404


def test_unsupported_method_is_refused(graph: GraphClient) -> None:
    assert graph.call("PUT", "me")["error"]["code"] == 100


@pytest.mark.parametrize(
    ("requested", "served"), [("v18.0", "v21.0"), ("v99.0", "v21.0"), ("v25.0", "v25.0")]
)
def test_oldest_version_replaces_expired_one(
    graph: GraphClient, requested: str, served: str
) -> None:
    answer = graph.http.get(
        f"/graph.instagram.com/{requested}/me", headers={"Authorization": f"Bearer {TOKEN}"}
    )

    assert answer.headers["facebook-api-version"] == served


def test_me_is_a_person_on_facebook(graph: GraphClient) -> None:
    assert graph.get("me", PERSON_TOKEN)["name"] == "A Person"


def test_write_with_fields_fails(graph: GraphClient) -> None:
    error = graph.call("POST", f"{POST}/comments", data={"message": "x", "fields": "id"})["error"]

    assert (error["code"], error["error_subcode"]) == (20, 1772107)


def test_media_need_the_basic_scope(graph: GraphClient) -> None:
    graph.control("token", token=TOKEN, scopes=["instagram_business_manage_comments"])

    assert graph.get(POST)["error"]["code"] == 10


def test_person_reads_media_of_linked_accounts(graph: GraphClient) -> None:
    assert graph.get(THEIR_POST, PERSON_TOKEN)["id"] == THEIR_POST
    assert graph.get(THEIR_POST)["error"]["error_subcode"] == 33


def test_hashtag_search_needs_an_account(graph: GraphClient) -> None:
    found = graph.get("ig_hashtag_search", PERSON_TOKEN, q="x", user_id=MAKER)

    assert found["data"][0]["id"]
    assert graph.get("ig_hashtag_search", PERSON_TOKEN, q="x")["error"]["code"] == 100
    assert graph.get("ig_hashtag_search", PERSON_TOKEN, q="x", user_id="1")["error"]["code"] == 100


def test_page_token_is_the_page(graph: GraphClient) -> None:
    page = graph.get("me/accounts", PERSON_TOKEN, fields="access_token")["data"][0]
    answer = graph.http.get(
        "/graph.facebook.com/v25.0/me", params={"access_token": page["access_token"]}
    )

    assert answer.json() == {"id": page["id"], "name": "Example Page"}


def test_revoke_permission_by_path(graph: GraphClient) -> None:
    graph.call("DELETE", "me/permissions/instagram_manage_insights", PERSON_TOKEN)

    assert graph.get(f"{POST}/insights", PERSON_TOKEN, metric="reach")["error"]["code"] == 10
    assert graph.get(POST, PERSON_TOKEN)["id"] == POST


def test_before_cursor_goes_back(graph: GraphClient) -> None:
    first = graph.get("me/media", limit="3")
    second = graph.get("me/media", limit="3", after=first["paging"]["cursors"]["after"])

    back = graph.get("me/media", limit="3", before=second["paging"]["cursors"]["before"])

    assert back["data"] == first["data"]
