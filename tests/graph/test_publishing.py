"""Containers and the posts made of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.graph.errors import (
    NotReady,
    ObjectLag,
    RequestRefused,
    RetryLater,
    StartAgain,
)
from lambdas.graph.publishing import ContainerState
from local.graph.data import ACCOUNT_ID
from tests.emulated_videos import video
from tests.graph.conftest import Bench
from tests.graph.pictures import PICTURE, jpeg
from tests.json_types import JsonObject

VIDEO = "https://photos.example.com/v.mp4"


def test_image_is_published_once(bench: Bench, login_type: str) -> None:
    bench.files[PICTURE] = jpeg()
    publishing = bench.account(login_type).publishing

    container = publishing.create_image(PICTURE, "Hello & welcome", alt_text="A hall")
    media_id = publishing.publish(container)

    assert publishing.status(container).state is ContainerState.PUBLISHED
    assert bench.account(login_type).library.one_media(media_id).caption == "Hello & welcome"
    assert publishing.limit().used == 1
    assert publishing.limit().window == timedelta(days=1)


def test_finished_reel_is_published(bench: Bench) -> None:
    bench.files[VIDEO] = video()
    publishing = bench.account().publishing
    container = publishing.create_reel(VIDEO, "Moving")

    with pytest.raises(NotReady):
        publishing.publish(container)
    bench.clock.advance(timedelta(minutes=1))

    assert publishing.status(container).state is ContainerState.FINISHED
    assert publishing.publish(container)


def test_carousel_and_story(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    publishing = bench.account().publishing
    items = [publishing.create_carousel_item(image_url=PICTURE) for _ in range(2)]

    assert publishing.publish(publishing.create_carousel(items, "Two"))
    assert publishing.publish(publishing.create_story(image_url=PICTURE))
    for wrong in (items[:1], items * 6):
        with pytest.raises(RequestRefused):
            publishing.create_carousel(wrong)


@pytest.mark.parametrize("body", [jpeg(kind="PNG"), jpeg((1000, 2000)), jpeg((3000, 1000))])
def test_unsupported_image_is_refused(bench: Bench, body: bytes) -> None:
    bench.files[PICTURE] = body

    with pytest.raises(RequestRefused):
        bench.account().publishing.create_image(PICTURE)


def test_expired_container_starts_again(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    publishing = bench.account().publishing
    container = publishing.create_image(PICTURE)
    bench.clock.advance(timedelta(hours=25))

    assert publishing.status(container).state is ContainerState.EXPIRED
    with pytest.raises(StartAgain):
        publishing.publish(container)


def test_container_is_published_once(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    publishing = bench.account().publishing
    container = publishing.create_image(PICTURE)
    publishing.publish(container)

    with pytest.raises(ObjectLag):
        publishing.publish(container)
    assert publishing.status(container).state is ContainerState.PUBLISHED
    assert publishing.limit().used == 1


def test_failed_container_has_subcode(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    container = bench.account().publishing.create_image(PICTURE)
    bench.control("container", id=container, failure=2207026)

    status = bench.account().publishing.status(container)

    assert (status.state, status.subcode) == (ContainerState.ERROR, 2207026)


def test_quota_ends_tomorrow(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    publishing = bench.account().publishing
    bench.emulator_state.accounts[ACCOUNT_ID].published_at = [bench.clock.now()] * 50

    with pytest.raises(RetryLater) as refused:
        publishing.publish(publishing.create_image(PICTURE))

    assert refused.value.retry_after == timedelta(hours=24)


def published(bench: Bench) -> JsonObject:
    """Return what arrived of the newest post."""
    found: list[JsonObject] = bench.read_control("published")
    return found[-1]


def test_reel_keeps_its_options(bench: Bench) -> None:
    bench.files[VIDEO] = video()
    publishing = bench.account().publishing
    trial = {"graduation_strategy": "MANUAL"}

    container = publishing.create_reel(
        VIDEO, trial_params=trial, thumb_offset=0, is_ai_generated=True
    )
    bench.clock.advance(timedelta(minutes=1))
    publishing.publish(container)

    options = published(bench)["options"]
    assert options["trial_params"] == trial
    assert (options["is_ai_generated"], options["thumb_offset"]) == (True, "0")


def test_people_arrive_as_json(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    publishing = bench.account().publishing
    tags = [{"username": "a_guest", "x": 0.25, "y": 1.0}]

    publishing.publish(publishing.create_image(PICTURE, user_tags=tags, collaborators=["a", "b"]))

    options = published(bench)["options"]
    assert (options["user_tags"], options["collaborators"]) == (tags, ["a", "b"])


def test_product_tags_need_facebook_login(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    tags = [{"product_id": "3231775643511089", "x": 0.5, "y": 0.5}]

    publishing = bench.account("facebook").publishing
    publishing.publish(publishing.create_image(PICTURE, product_tags=tags))

    assert published(bench)["options"]["product_tags"] == tags
    with pytest.raises(RequestRefused):
        bench.account("instagram").publishing.create_image(PICTURE, product_tags=tags)


def test_emoji_count_twice_in_a_caption(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    publishing = bench.account().publishing

    assert publishing.create_image(PICTURE, "🎄" * 1100)
    with pytest.raises(RequestRefused):
        publishing.create_image(PICTURE, "🎄" * 1101)


def test_facebook_login_deletes_posts(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    publishing = bench.account("facebook").publishing
    media_id = publishing.publish(publishing.create_image(PICTURE))

    publishing.delete(media_id)

    with pytest.raises(ObjectLag):
        bench.account("facebook").library.one_media(media_id)
    assert published(bench)["deleted"] is True


def test_instagram_login_deletes_nothing(bench: Bench) -> None:
    with pytest.raises(RequestRefused):
        bench.account("instagram").publishing.delete("17900000000000020")
    assert bench.calls() == 0
