"""A host hides a post while the feed reads it: the decision stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.storage.events.deletion_mark import RowChanged
from lambdas.storage.events.post import Post, PostStore
from lambdas.storage.events.timeline import read_timeline
from tests.feed.test_refresh import DAY, Feed
from tests.feed.test_refresh import feed as feed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class Deciding(PostStore):
    """The posts of a table; a host decides right after the feed has read them."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.then: Callable[[], None] = lambda: None

    def of_event(self, event_id: str) -> dict[str, Post]:
        """Return the posts of an event, as they were before the host's decision."""
        found = super().of_event(event_id)
        self.then()
        return found


@pytest.fixture
def post(feed: Feed) -> Post:
    """Provide a post that has been read."""
    feed.refresher.refresh(DAY)
    return next(iter(feed.posts.of_event(DAY.id).values()))


def stored(feed: Feed, post: Post) -> Post:
    return feed.posts.of_event(DAY.id)[post.id]


def on_page(feed: Feed, post: Post) -> bool:
    rows = read_timeline(feed.dependencies.table, DAY.id, 100).rows
    return post.id in [row["id"] for row in rows]


def hide(feed: Feed, post: Post, hidden: bool = True) -> None:
    feed.posts.put(replace(stored(feed, post), hidden=hidden))


def test_refreshes_keep_hidden_posts(feed: Feed, post: Post) -> None:
    hide(feed, post)
    feed.posts.put(replace(stored(feed, post), caption="old"))

    feed.refresher.refresh(DAY)

    assert (stored(feed, post).hidden, stored(feed, post).caption) == (True, post.caption)
    assert not on_page(feed, post)


def test_unhidden_posts_come_back(feed: Feed, post: Post) -> None:
    hide(feed, post)
    hide(feed, post, False)

    feed.refresher.refresh(DAY)

    assert on_page(feed, post)


@pytest.mark.parametrize("hidden", [True, False])
def test_decisions_during_a_refresh_stay(feed: Feed, post: Post, hidden: bool) -> None:
    hide(feed, post, not hidden)
    # Both the reading and the copies of its pictures have something to write.
    blank = tuple(replace(one, width=None, height=None) for one in post.pictures)
    feed.posts.put(replace(stored(feed, post), caption="old", pictures=blank))

    posts = Deciding(feed.dependencies.table)
    posts.then = lambda: hide(feed, post, hidden)
    replace(feed.refresher, posts=posts).refresh(DAY)

    assert (stored(feed, post).hidden, stored(feed, post).caption) == (hidden, post.caption)
    assert on_page(feed, post) is not hidden


def test_rows_that_changed_are_refused(feed: Feed, post: Post) -> None:
    hide(feed, post)

    with pytest.raises(RowChanged):
        feed.dependencies.refresher.marks.put_unless_deleted(
            post.to_row(), "account", None, (), {"hidden": False}
        )


def test_new_rows_are_written(feed: Feed, post: Post) -> None:
    feed.posts.delete(post)

    marks = feed.dependencies.refresher.marks
    assert marks.put_unless_deleted(post.to_row(), "account", None, (), {"hidden": False})
    assert stored(feed, post) == post
