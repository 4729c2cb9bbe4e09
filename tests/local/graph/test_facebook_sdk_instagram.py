"""Meta's SDK with Instagram Login."""

from __future__ import annotations

import pytest
from facebook_business.adobjects.iguserforigonlyapi import IGUserForIGOnlyAPI

from local.graph.data import ACCOUNT_ID, APPS, TOKEN
from tests.local.graph.sdk import Sdk


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
