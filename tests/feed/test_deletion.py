"""The deletion of an account's posts: what it spares, and what it takes beside their rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

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
