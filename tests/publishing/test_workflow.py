"""The workflow of a post, step by step."""

from __future__ import annotations

from lambdas.publishing.history import Happened
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.states import State
from tests.publishing.world import World


def test_photo_is_published() -> None:
    world = World()
    post = world.run(world.post().id)

    assert post.state is State.PUBLISHED
    assert world.live(post) == [post.media_id]
    assert post.permalink is not None


def test_carousel_is_published() -> None:
    world = World()
    post = world.run(world.post(Kind.CAROUSEL, 3).id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)


def test_story_is_published() -> None:
    world = World()
    post = world.run(world.post(Kind.STORY).id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)


def test_first_comment_is_made_once() -> None:
    world = World()
    post = world.run(world.post(first_comment="#one #two").id)

    comments = world.bench.emulator_state.accounts[post.account_id].comments
    assert [one["text"] for one in comments.values() if one["media"] == post.media_id] == [
        "#one #two"
    ]
    assert post.comment_id is not None


def test_files_are_deleted_afterwards() -> None:
    world = World()
    post = world.run(world.post(Kind.CAROUSEL, 2).id)

    assert not post.files
    assert not world.files.files


def test_history_names_each_step() -> None:
    world = World()
    post = world.run(world.post().id)

    happened = [step.what for step in world.ledger.history[post.id]]
    assert happened == [
        Happened.STARTED,
        Happened.QUOTA_RESERVED,
        Happened.CREATING_CONTAINER,
        Happened.CONTAINER_CREATED,
        Happened.CONTAINER_CHECKED,
        Happened.PUBLISHING,
        Happened.PUBLISHED,
        Happened.PERMALINK_FOUND,
    ]
