"""Answers that are odd or incomplete cost no post that is stored, and no other that is listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from lambdas.graph.transport import Answer, Request
from lambdas.kit.clock import FixedClock
from lambdas.storage.events.feed_state import Outcome
from tests.conftest import Aws
from tests.feed.test_refresh import DAY, Feed
from tests.json_types import JsonObject

ONE = "17900000000000040"
PART = {"id": "1", "media_type": "IMAGE", "media_url": f"https://x.test/{'a' * 900}"}
LONG = "x" * 500_000


class ChangedFeed(Feed):
    """The feed with a change to the media that are listed."""

    change: Callable[[list[JsonObject]], list[JsonObject]] = staticmethod(lambda media: media)

    def _answer(self, request: Request) -> Answer:
        answer = super()._answer(request)
        if not request.url.endswith("/media"):
            return answer
        body = json.loads(answer.body)
        body["data"] = self.change(body["data"])
        return Answer(answer.status, answer.headers, json.dumps(body).encode())

    def live(self) -> set[str]:
        return {one.id for one in self.posts.of_event(DAY.id).values() if not one.dropped}


@pytest.fixture
def feed(fake_aws: Aws, clock: FixedClock) -> ChangedFeed:
    return ChangedFeed(fake_aws, clock)


@pytest.mark.parametrize(
    "odd",
    [
        {"caption": LONG},
        {"caption": "\U0001f600" * 110_000},
        {"username": LONG},
        {"media_url": f"https://x.test/{LONG}"},
        {"permalink": f"https://x.test/{LONG}"},
        {"media_type": "CAROUSEL_ALBUM", "children": {"data": [PART] * 1000}},
        {"children": {"data": [{**PART, "id": LONG}]}, "media_type": "CAROUSEL_ALBUM"},
        {"id": "9" * 3000},
    ],
)
def test_what_is_too_large_loses_no_siblings(feed: ChangedFeed, odd: JsonObject) -> None:
    feed.change = lambda media: [{**one, **odd} if one["id"] == ONE else one for one in media]

    assert feed.refresher.refresh(DAY) is Outcome.SYNCED
    assert len(feed.live() | {ONE}) == 5


def test_answer_without_most_posts_needs_a_second_look(
    feed: ChangedFeed, clock: FixedClock
) -> None:
    feed.refresher.refresh(DAY)
    feed.change = lambda media: [one for one in media if one["id"] == ONE]
    clock.advance(timedelta(minutes=5))

    feed.refresher.refresh(DAY)
    assert len(feed.live()) == 5
    clock.advance(timedelta(minutes=5))
    feed.refresher.refresh(DAY)
    assert feed.live() == {ONE}


def test_few_posts_go_at_once(feed: ChangedFeed, clock: FixedClock) -> None:
    feed.refresher.refresh(DAY)
    feed.change = lambda media: [one for one in media if one["id"] != ONE]
    clock.advance(timedelta(minutes=5))

    feed.refresher.refresh(DAY)
    assert len(feed.live()) == 4


@pytest.mark.parametrize("odd", ["", None, {"a": 1}, ["x"], 1.5, True, 10**40])
def test_post_without_an_id_loses_no_siblings(
    feed: ChangedFeed, clock: FixedClock, odd: object
) -> None:
    feed.refresher.refresh(DAY)
    feed.change = lambda media: [{**one, "id": odd} if one["id"] == ONE else one for one in media]
    clock.advance(timedelta(minutes=5))

    assert feed.refresher.refresh(DAY) is Outcome.SYNCED
    assert len(feed.live()) == 5


@pytest.mark.parametrize("odd", ["a/b", "../../x", "a\x00b", "#", " ", "a\nb", "\U0001f600"])
def test_id_that_names_no_object_is_left_out(feed: ChangedFeed, odd: str) -> None:
    part = {"children": {"data": [PART, {**PART, "id": odd}]}, "media_type": "CAROUSEL_ALBUM"}
    feed.change = lambda media: [
        {**one, "id": odd} if one["id"] == ONE else {**one, **part} for one in media
    ]

    assert feed.refresher.refresh(DAY) is Outcome.SYNCED
    posts = feed.posts.of_event(DAY.id).values()
    assert len(posts) == 4
    assert {picture.id for one in posts for picture in one.pictures} == {PART["id"]}


def test_link_of_another_scheme_is_left_out(feed: ChangedFeed) -> None:
    feed.change = lambda media: [{**one, "permalink": "javascript:alert(1)"} for one in media]

    feed.refresher.refresh(DAY)

    assert {one.permalink for one in feed.posts.of_event(DAY.id).values()} == {None}
