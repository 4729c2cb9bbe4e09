"""The deletion of an account's posts: what it spares, and what it takes beside their rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lambdas.storage.events.downloads import (
    LIFETIME,
    Download,
    DownloadState,
    DownloadStore,
    Kind,
    Part,
)
from lambdas.storage.events.feed_state import Outcome
from local.graph.data import ACCOUNT_ID
from tests.feed.test_refresh import DAY, Feed
from tests.feed.test_refresh import feed as feed


def test_repeated_request_spares_a_newer_connection(feed: Feed) -> None:
    requested_at = feed.clock.now()
    feed.dependencies.deletion.delete(ACCOUNT_ID, requested_at)
    feed.clock.advance(timedelta(minutes=1))
    source = feed.dependencies.account_to_show(None)
    assert source
    newer = replace(source, connected_at=feed.clock.now())
    refresher = replace(feed.refresher, account=lambda _: newer)
    assert refresher.refresh(DAY) is Outcome.SYNCED

    assert feed.dependencies.deletion.delete(ACCOUNT_ID, requested_at) == 0

    assert len(feed.posts.of_event(DAY.id)) == 5


def download(feed: Feed, event_id: str, *, with_posts: bool) -> Download:
    """Store a download that is ready."""
    now = feed.clock.now()
    made = Download(
        event_id=event_id,
        id=f"d{int(with_posts)}",
        kind=Kind.SHOWN,
        state=DownloadState.READY,
        content="c",
        parts=(Part(1, "photos.zip", 5, 100, "downloads/x.zip", "x", now),),
        created_at=now,
        created_by="ola",
        active_at=now,
        valid_until=now + LIFETIME,
        with_posts=with_posts,
    )
    DownloadStore(feed.dependencies.table).add(made)
    return made


def test_downloads_with_their_pictures_end(feed: Feed) -> None:
    feed.refresher.refresh(DAY)
    ended = download(feed, DAY.id, with_posts=True)
    others = [
        download(feed, DAY.id, with_posts=False),
        download(feed, "another", with_posts=True),
    ]
    store = DownloadStore(feed.dependencies.table)

    feed.dependencies.deletion.delete(ACCOUNT_ID, feed.clock.now())

    feed.clock.advance(timedelta(seconds=1))
    assert [one.key for one in store.expired(feed.clock.now())] == [ended.key]
    assert [store.get(one.event_id, one.id) for one in others] == others


def test_shared_answers_go(feed: Feed) -> None:
    feed.refresher.refresh(DAY)
    assert "media_url" in str(feed.dependencies.table.scan()["Items"])

    feed.dependencies.deletion.delete(ACCOUNT_ID, feed.clock.now())

    left = str(feed.dependencies.table.scan()["Items"])
    assert "media_url" not in left
    assert "example_shop" not in left
