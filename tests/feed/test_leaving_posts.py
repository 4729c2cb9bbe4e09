"""Hidden posts have no public copies, and stay hidden when Instagram lists them again."""

from __future__ import annotations

from collections.abc import Callable, MutableSequence
from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.feed.leaving import MAX_DROPPED
from lambdas.pictures.sizes import SIZES
from lambdas.storage import object_keys
from lambdas.storage.events.cleanup import CleanupStore
from lambdas.storage.events.post import Post
from local.graph.data import ACCOUNT_ID, EmulatedMedia
from tests.conftest import Aws
from tests.feed.test_hidden_posts import hide, on_page, stored
from tests.feed.test_hidden_posts import post as post
from tests.feed.test_refresh import DAY, Feed, objects
from tests.feed.test_refresh import feed as feed


def media(feed: Feed) -> MutableSequence[EmulatedMedia]:
    return feed.emulator.emulator_state.accounts[ACCOUNT_ID].media


def take_away(feed: Feed, post: Post) -> Callable[[], None]:
    """Let Instagram list a post no more; return what lists it again."""
    place = next(index for index, one in enumerate(media(feed)) if one.id == post.id)
    one = media(feed).pop(place)
    feed.refresher.refresh(DAY)
    return lambda: media(feed).insert(place, one)


def copies(post: Post) -> set[str]:
    names = (object_keys.copies_of(DAY.id, one.id, SIZES) for one in post.pictures)
    return {key for several in names for key in several}


def test_relisted_posts_stay_hidden(feed: Feed, post: Post) -> None:
    hide(feed, post)
    list_again = take_away(feed, post)
    kept = stored(feed, post)
    list_again()

    feed.refresher.refresh(DAY)

    assert (kept.dropped, kept.caption, kept.pictures) == (True, None, ())
    assert (stored(feed, post).hidden, stored(feed, post).dropped) == (True, False)
    assert stored(feed, post).caption == post.caption
    assert not on_page(feed, post)


def test_relisted_posts_can_be_shown(feed: Feed, post: Post) -> None:
    hide(feed, post)
    take_away(feed, post)()
    feed.refresher.refresh(DAY)
    hide(feed, post, False)

    take_away(feed, post)()
    feed.refresher.refresh(DAY)

    assert stored(feed, post) == post
    assert on_page(feed, post)


def test_dropped_posts_have_no_copies(feed: Feed, post: Post, fake_aws: Aws) -> None:
    pending = dict.fromkeys(SIZES, b"picture")
    feed.dependencies.stills.objects.write_pending(DAY.id, post.pictures[0].id, pending)
    hide(feed, post)

    take_away(feed, post)

    assert copies(post) & set(objects(fake_aws)) == set()


def test_decisions_survive_another_window(feed: Feed, post: Post) -> None:
    hide(feed, post)
    later = replace(DAY, starts_at=DAY.ends_at, ends_at=DAY.ends_at + timedelta(days=1), version=1)
    feed.refresher.refresh(later)
    assert stored(feed, post).dropped

    feed.refresher.refresh(replace(DAY, version=2))

    assert (stored(feed, post).hidden, on_page(feed, post)) == (True, False)


def test_an_empty_event_has_nothing_to_confirm(feed: Feed) -> None:
    feed.refresher.refresh(DAY)
    for one in feed.posts.of_event(DAY.id).values():
        hide(feed, one)
        feed.posts.drop(one)
    media(feed).clear()

    feed.refresher.refresh(DAY)

    assert all(one.dropped for one in feed.posts.of_event(DAY.id).values())


def test_kept_decisions_are_bounded(feed: Feed, post: Post) -> None:
    with feed.dependencies.table.batch_writer() as batch:
        for number in range(MAX_DROPPED + 1):
            old = post.taken_at - timedelta(minutes=number)
            gone = replace(post, id=f"gone-{number}", taken_at=old, hidden=True, dropped=True)
            batch.put_item(Item=replace(gone, pictures=()).to_row())

    feed.refresher.refresh(DAY)

    dropped = {one.id for one in feed.posts.of_event(DAY.id).values() if one.dropped}
    assert dropped == {f"gone-{number}" for number in range(MAX_DROPPED)}


def test_deletion_requests_forget_decisions(feed: Feed, post: Post) -> None:
    hide(feed, post)
    take_away(feed, post)

    feed.dependencies.deletion.delete(ACCOUNT_ID, feed.clock.now())

    assert feed.posts.of_event(DAY.id) == {}


@pytest.fixture
def uncopied(feed: Feed) -> Post:
    """Provide a post that was read, and of which nothing is copied."""
    feed.pictures_broken = True
    feed.refresher.refresh(DAY)
    feed.pictures_broken = False
    return next(iter(feed.posts.of_event(DAY.id).values()))


def test_hidden_posts_are_not_copied(feed: Feed, uncopied: Post, fake_aws: Aws) -> None:
    hide(feed, uncopied)
    feed.refresher.refresh(DAY)
    assert copies(uncopied) & set(objects(fake_aws)) == set()
    hide(feed, uncopied, False)

    feed.refresher.refresh(DAY)

    assert all(one.copied for one in stored(feed, uncopied).pictures)
    assert copies(uncopied) & set(objects(fake_aws))


def test_posts_hidden_while_copied_are_not_public(
    feed: Feed, uncopied: Post, fake_aws: Aws
) -> None:
    feed.slow = lambda: hide(feed, uncopied)

    feed.refresher.refresh(DAY)

    assert copies(uncopied) & set(objects(fake_aws)) == set()
    assert (stored(feed, uncopied).hidden, on_page(feed, uncopied)) == (True, False)
    later = feed.clock.now() + timedelta(hours=1)
    assert list(CleanupStore(feed.dependencies.table).due(later)) == []
