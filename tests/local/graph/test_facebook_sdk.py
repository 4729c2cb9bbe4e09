"""Meta's own Python SDK as a client of the emulator, with both login types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from facebook_business.adobjects.application import Application
from facebook_business.adobjects.igcomment import IGComment
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.iguserforigonlyapi import IGUserForIGOnlyAPI
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from local.graph.data import ACCOUNT_ID, APPS, TOKEN
from tests.graph_server import GraphServer, graph_server

PERSON_TOKEN = "EAAlocalpersontoken"
POST, CAROUSEL, STORY = "17900000000000020", "17900000000000030", "17900000000009001"
MAKER, THEIR_POST = "17841400000000002", "17900000000070001"


class Sdk:
    """The SDK against one emulator, configured by its session's `GRAPH` address."""

    def __init__(self, graph: GraphServer) -> None:
        self.graph = graph
        self.state = graph.emulator.emulator_state
        self.sessions: list[FacebookSession] = []
        self.api = self.connect(PERSON_TOKEN, APPS["meta_app_secret"])
        self.account = IGUser(ACCOUNT_ID, api=self.api)
        self.post = IGMedia(POST, api=self.api)

    def connect(
        self, token: str, secret: str | None = None, host: str = "graph.facebook.com"
    ) -> FacebookAdsApi:
        """Return the SDK's API object for a token and a host."""
        address = f"{self.graph.url}/{host}"

        class EmulatorSession(FacebookSession):  # type: ignore[misc]
            GRAPH = address

        session = EmulatorSession(app_secret=secret, access_token=token)
        self.sessions.append(session)
        return FacebookAdsApi(session)

    def picture(self) -> str:
        """Return the URL of an image that can be published."""
        return f"{self.graph.url}/scontent.cdninstagram.com/{POST}.jpg"

    def create(self, **params: Any) -> str:
        """Create a container, wait in emulated time, and return its id."""
        container = self.account.create_media(params=params)
        self.state.advance(timedelta(minutes=1))
        return str(container["id"])

    def publish(self, container_id: str) -> IGMedia:
        """Publish a container."""
        published = self.account.create_media_publish(params={"creation_id": container_id})
        return IGMedia(published["id"], api=self.api)

    def close(self) -> None:
        """Close the connections."""
        for session in self.sessions:
            session.requests.close()


@pytest.fixture
def sdk() -> Iterator[Sdk]:
    with graph_server() as graph:
        client = Sdk(graph)
        yield client
        client.close()


def error_code(error: pytest.ExceptionInfo[FacebookRequestError]) -> int:
    return int(error.value.api_error_code())


def test_read_profile(sdk: Sdk) -> None:
    profile = sdk.account.api_get(fields=["username", "media_count"])

    assert (profile["id"], profile["username"]) == (ACCOUNT_ID, "example_shop")
    assert profile["media_count"] == len(sdk.state.accounts[ACCOUNT_ID].media)


def test_page_through_media(sdk: Sdk) -> None:
    cursor = sdk.account.get_media(fields=["caption", "timestamp"], params={"limit": 2})

    ids = [media["id"] for media in cursor]

    newest_first = sorted(sdk.state.accounts[ACCOUNT_ID].media, key=lambda one: one.taken_at)[::-1]
    assert ids == [media.id for media in newest_first]
    assert len([one for one in sdk.state.journal if "media" in str(one["path"])]) == 5


def test_read_carousel_children(sdk: Sdk) -> None:
    children = IGMedia(CAROUSEL, api=sdk.api).get_children(fields=["media_type", "media_url"])

    assert [child["media_type"] for child in children] == ["IMAGE", "VIDEO", "IMAGE"]


def test_list_stories(sdk: Sdk) -> None:
    stories = sdk.account.get_stories(fields=["media_product_type"])

    assert [(one["id"], one["media_product_type"]) for one in stories] == [(STORY, "STORY")]


def test_list_tags(sdk: Sdk) -> None:
    sdk.state.accounts[ACCOUNT_ID].tagged_in = [THEIR_POST]

    tags = sdk.account.get_tags(fields=["username"])

    assert [(tag["id"], tag["username"]) for tag in tags] == [(THEIR_POST, "example_maker")]


def test_read_media_insights(sdk: Sdk) -> None:
    found = sdk.post.get_insights(params={"metric": ["reach", "saved"]})

    assert [metric["name"] for metric in found] == ["reach", "saved"]


def test_refuse_unknown_metric_in_array(sdk: Sdk) -> None:
    with pytest.raises(FacebookRequestError) as error:
        sdk.post.get_insights(params={"metric": ["reach", "impressions"]})

    assert error_code(error) == 100
    assert "metric[1]" in error.value.api_error_message()


def test_read_account_insights(sdk: Sdk) -> None:
    params = {
        "metric": ["reach"],
        "period": ["day"],
        "metric_type": "total_value",
        "breakdown": ["follow_type"],
    }

    [reach] = sdk.account.get_insights(params=params)

    [breakdown] = reach["total_value"]["breakdowns"]
    assert breakdown["dimension_keys"] == ["follow_type"]
    assert sum(one["value"] for one in breakdown["results"]) == reach["total_value"]["value"]


@pytest.mark.parametrize("end", ["2026-04-29T00:00:00", "2026-04-28T17:00:00-0700", "1777420800"])
def test_read_insights_of_dates(sdk: Sdk, end: str) -> None:
    params = {"metric": ["reach"], "period": ["day"], "since": "2026-04-22", "until": end}

    [reach] = sdk.account.get_insights(params=params)

    ends = [value["end_time"] for value in reach["values"]]
    assert (ends[0], ends[-1]) == ("2026-04-22T07:00:00+0000", "2026-04-28T07:00:00+0000")


def test_combine_two_breakdowns(sdk: Sdk) -> None:
    names = ["follow_type", "media_product_type"]
    url = f"{sdk.graph.url}/graph.facebook.com/v26.0/{ACCOUNT_ID}/insights"
    params = {"metric": "reach", "period": "day", "metric_type": "total_value"}

    answer = requests.get(
        url,
        params={**params, "breakdown": json.dumps(names), "access_token": PERSON_TOKEN},
        timeout=10,
    )

    [breakdown] = answer.json()["data"][0]["total_value"]["breakdowns"]
    assert breakdown["dimension_keys"] == names
    assert len({tuple(one["dimension_values"]) for one in breakdown["results"]}) == 6


def test_read_publishing_limit(sdk: Sdk) -> None:
    sdk.publish(sdk.create(image_url=sdk.picture()))

    [limit] = sdk.account.get_content_publishing_limit(fields=["quota_usage", "config"])

    assert (limit["quota_usage"], limit["config"]["quota_duration"]) == (1, 86400)


def test_publish_image(sdk: Sdk) -> None:
    tags = [{"username": "example_maker", "x": 0.5, "y": 0.5}]

    media = sdk.publish(
        sdk.create(
            image_url=sdk.picture(), caption="A & b = c", user_tags=tags, collaborators=["a", "b"]
        )
    )

    found = media.api_get(fields=["caption", "media_type"])
    assert (found["caption"], found["media_type"]) == ("A & b = c", "IMAGE")


def test_publish_reel(sdk: Sdk) -> None:
    media = sdk.publish(
        sdk.create(
            media_type="REELS",
            video_url="https://videos.example.com/a.mp4",
            share_to_feed=True,
            thumb_offset=500,
            trial_params={"graduation_strategy": "MANUAL"},
        )
    )

    found = media.api_get(fields=["media_type", "media_product_type"])
    assert (found["media_type"], found["media_product_type"]) == ("VIDEO", "REELS")


def test_publish_carousel(sdk: Sdk) -> None:
    image = sdk.create(image_url=sdk.picture(), is_carousel_item=True)
    video = sdk.create(
        media_type="VIDEO", video_url="https://videos.example.com/a.mp4", is_carousel_item=True
    )

    media = sdk.publish(sdk.create(media_type="CAROUSEL", children=[image, video]))

    children = media.get_children(fields=["media_type"])
    assert media.api_get(fields=["media_type"])["media_type"] == "CAROUSEL_ALBUM"
    assert [child["media_type"] for child in children] == ["IMAGE", "VIDEO"]


def test_publish_video_story(sdk: Sdk) -> None:
    url = "https://videos.example.com/a.mp4"

    media = sdk.publish(sdk.create(media_type="STORIES", video_url=url))

    found = media.api_get(fields=["media_type", "media_product_type"])
    assert (found["media_type"], found["media_product_type"]) == ("VIDEO", "STORY")


def test_refuse_other_text_as_boolean(sdk: Sdk) -> None:
    params = {"image_url": sdk.picture(), "is_carousel_item": "perhaps"}

    with pytest.raises(FacebookRequestError) as error:
        sdk.api.call("POST", (ACCOUNT_ID, "media"), params=params)

    assert error_code(error) == 100
    assert sdk.state.containers == {}


def test_read_container_status(sdk: Sdk) -> None:
    container_id = sdk.create(image_url=sdk.picture())

    answer = sdk.api.call("GET", (container_id,), params={"fields": "status_code,status"}).json()

    assert (answer["id"], answer["status_code"]) == (container_id, "FINISHED")


def test_create_and_reply_to_comment(sdk: Sdk) -> None:
    comment = sdk.post.create_comment(params={"message": "50% off, a+b & c?"})
    reply = IGComment(comment["id"], api=sdk.api).create_reply(params={"message": "Yes"})

    [found] = sdk.post.get_comments(fields=["text", "username"])
    [answer] = IGComment(comment["id"], api=sdk.api).get_replies(fields=["text", "parent_id"])

    assert (found["text"], found["username"]) == ("50% off, a+b & c?", "example_shop")
    assert (answer["id"], answer["parent_id"]) == (reply["id"], comment["id"])


def test_hide_and_show_comment(sdk: Sdk) -> None:
    comment = IGComment(sdk.post.create_comment(params={"message": "Hello"})["id"], api=sdk.api)

    comment.api_update(params={"hide": True})
    hidden = comment.api_get(fields=["hidden"])["hidden"]
    comment.api_update(params={"hide": False})

    assert hidden is True
    assert comment.api_get(fields=["hidden"])["hidden"] is False


def test_delete_comment_with_replies(sdk: Sdk) -> None:
    comment = IGComment(sdk.post.create_comment(params={"message": "Hello"})["id"], api=sdk.api)
    comment.create_reply(params={"message": "Hi"})

    comment.api_delete()

    assert list(sdk.post.get_comments()) == []
    assert sdk.state.accounts[ACCOUNT_ID].comments == {}


def test_close_comments(sdk: Sdk) -> None:
    sdk.post.api_update(params={"comment_enabled": False})

    assert sdk.post.api_get(fields=["is_comment_enabled"])["is_comment_enabled"] is False
    with pytest.raises(FacebookRequestError) as error:
        sdk.post.create_comment(params={"message": "Hello"})
    assert error_code(error) == 10


def test_batch_of_reads(sdk: Sdk) -> None:
    good: list[Any] = []
    bad: list[Any] = []
    batch = sdk.api.new_batch()
    for media_id in (POST, "123"):
        IGMedia(media_id, api=sdk.api).get_insights(
            params={"metric": ["reach", "saved"]},
            batch=batch,
            success=good.append,
            failure=bad.append,
        )

    assert batch.execute() is None

    assert [one["name"] for one in good[0].json()["data"]] == ["reach", "saved"]
    assert [one.error().api_error_subcode() for one in bad] == [33]
    assert {one["name"] for one in good[0].headers()} >= {"Content-Type"}


def test_batch_of_writes(sdk: Sdk) -> None:
    kept, removed = (
        IGComment(sdk.post.create_comment(params={"message": text})["id"], api=sdk.api)
        for text in ("one", "two")
    )
    bad: list[Any] = []
    batch = sdk.api.new_batch()
    message = {"message": "A + b & c = 100%"}
    sdk.post.create_comment(params=message, batch=batch, failure=bad.append)
    kept.api_update(params={"hide": True}, batch=batch, failure=bad.append)
    removed.api_delete(batch=batch, failure=bad.append)

    batch.execute()

    texts = {one["text"]: one["hidden"] for one in sdk.post.get_comments(fields=["text", "hidden"])}
    assert bad == []
    assert texts == {"one": True, "A + b & c = 100%": False}


def test_person_and_pages(sdk: Sdk) -> None:
    person = User("me", api=sdk.api)

    pages = list(person.get_accounts(fields=["name", "access_token"]))
    permissions = list(person.get_permissions())

    assert person.api_get(fields=["name"])["name"] == "A Person"
    assert [page["name"] for page in pages] == ["Example Page", "Page without an account"]
    assert {one["status"] for one in permissions} == {"granted"}


def test_revoke_one_permission(sdk: Sdk) -> None:
    person = User("me", api=sdk.api)

    person.delete_permissions(params={"permission": "instagram_manage_insights"})

    statuses = {one["permission"]: one["status"] for one in person.get_permissions()}
    assert statuses["instagram_manage_insights"] == "declined"
    assert statuses["instagram_basic"] == "granted"


def test_subscribe_page(sdk: Sdk) -> None:
    [page, _] = User("me", api=sdk.api).get_accounts(fields=["access_token"])
    api = sdk.connect(page["access_token"], APPS["meta_app_secret"])

    Page(page["id"], api=api).create_subscribed_app(
        params={"subscribed_fields": ["feed", "messages"]}
    )

    [found] = Page(page["id"], api=api).get_subscribed_apps()
    assert found["subscribed_fields"] == ["feed", "messages"]


def test_unverified_app_subscription_is_refused(sdk: Sdk) -> None:
    api = sdk.connect(f"{APPS['meta_app_id']}|{APPS['meta_app_secret']}")
    params = {
        "object": "instagram",
        "callback_url": f"{sdk.graph.url}/nothing",
        "fields": ["comments", "mentions"],
        "verify_token": "v",
    }

    with pytest.raises(FacebookRequestError) as error:
        Application(APPS["meta_app_id"], api=api).create_subscription(params=params)

    assert error_code(error) == 2200


def test_wrong_proof_is_refused(sdk: Sdk) -> None:
    api = sdk.connect(PERSON_TOKEN, "another secret")

    with pytest.raises(FacebookRequestError) as error:
        IGUser(ACCOUNT_ID, api=api).api_get()

    assert error_code(error) == 100
    assert "appsecret_proof" in error.value.api_error_message()


def test_missing_proof_is_refused_on_request(sdk: Sdk) -> None:
    sdk.state.apps[APPS["meta_app_id"]].requires_proof = True

    with pytest.raises(FacebookRequestError) as error:
        IGUser(ACCOUNT_ID, api=sdk.connect(PERSON_TOKEN)).api_get()

    assert error_code(error) == 100
    assert sdk.account.api_get()["id"] == ACCOUNT_ID


def test_error_reaches_the_sdk(sdk: Sdk) -> None:
    sdk.state.tokens[PERSON_TOKEN].dead = 460

    with pytest.raises(FacebookRequestError) as error:
        sdk.account.api_get()

    assert (error_code(error), error.value.api_error_subcode()) == (190, 460)


class TestInstagramLogin:
    @pytest.fixture
    def account(self, sdk: Sdk) -> IGUserForIGOnlyAPI:
        api = sdk.connect(TOKEN, APPS["instagram_app_secret"], "graph.instagram.com")
        return IGUserForIGOnlyAPI("me", api=api)

    def test_read_profile(self, account: IGUserForIGOnlyAPI) -> None:
        profile = account.api_get(fields=["user_id", "username", "account_type"])

        assert (profile["user_id"], profile["account_type"]) == (ACCOUNT_ID, "BUSINESS")

    def test_page_through_media(self, sdk: Sdk, account: IGUserForIGOnlyAPI) -> None:
        ids = [one["id"] for one in account.get_media(params={"limit": 4})]

        assert len(set(ids)) == len(sdk.state.accounts[ACCOUNT_ID].media)

    def test_read_insights(self, account: IGUserForIGOnlyAPI) -> None:
        params = {"metric": ["reach"], "period": ["day"]}

        [reach] = account.get_insights(params=params)

        assert reach["values"]

    def test_publish_image(self, sdk: Sdk, account: IGUserForIGOnlyAPI) -> None:
        container = account.create_media(params={"image_url": sdk.picture(), "caption": "New"})

        published = account.create_media_publish(params={"creation_id": container["id"]})

        assert sdk.state.accounts[ACCOUNT_ID].media[0].id == published["id"]

    def test_subscribe_and_unsubscribe(self, sdk: Sdk, account: IGUserForIGOnlyAPI) -> None:
        subscribed = sdk.state.accounts[ACCOUNT_ID].subscribed
        account.create_subscribed_app(params={"subscribed_fields": ["comments", "messages"]})
        assert subscribed == {"comments", "messages"}

        account.delete_subscribed_apps()

        assert subscribed == set()

    def test_send_private_reply(self, sdk: Sdk, account: IGUserForIGOnlyAPI) -> None:
        comment = sdk.post.create_comment(params={"message": "Price?"})

        sent = account.create_message(
            params={
                "recipient": {"comment_id": comment["id"]},
                "message": {"text": "Ten"},
            }
        )

        assert sent["message_id"].startswith("m_")
