"""Meta's SDK publishes images, reels, carousels and stories."""

from __future__ import annotations

import pytest
from facebook_business.exceptions import FacebookRequestError

from local.graph.data import ACCOUNT_ID
from tests.emulated_videos import video
from tests.local.graph.sdk import Sdk, error_code


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
            video_url=sdk.serve(video()),
            share_to_feed=True,
            thumb_offset=500,
            trial_params={"graduation_strategy": "MANUAL"},
        )
    )

    found = media.api_get(fields=["media_type", "media_product_type"])
    assert (found["media_type"], found["media_product_type"]) == ("VIDEO", "REELS")


def test_publish_carousel(sdk: Sdk) -> None:
    image = sdk.create(image_url=sdk.picture(), is_carousel_item=True)
    clip = sdk.create(media_type="VIDEO", video_url=sdk.serve(video()), is_carousel_item=True)

    media = sdk.publish(sdk.create(media_type="CAROUSEL", children=[image, clip]))

    children = media.get_children(fields=["media_type"])
    assert media.api_get(fields=["media_type"])["media_type"] == "CAROUSEL_ALBUM"
    assert [child["media_type"] for child in children] == ["IMAGE", "VIDEO"]


def test_publish_video_story(sdk: Sdk) -> None:
    url = sdk.serve(video())

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
