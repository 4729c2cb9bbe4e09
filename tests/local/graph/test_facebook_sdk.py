"""Meta's SDK reads profile, media, insights, Pages and errors."""

from __future__ import annotations

import json

import pytest
import requests
from facebook_business.adobjects.application import Application
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.user import User
from facebook_business.exceptions import FacebookRequestError

from local.graph.data import ACCOUNT_ID, APPS
from tests.local.graph.sdk import CAROUSEL, PERSON_TOKEN, STORY, THEIR_POST, Sdk, error_code


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
