"""Brings the account's posts of an event's window into the event."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from aws_lambda_powertools import Logger

from lambdas.feed.mapping import post_of, with_known_copies
from lambdas.feed.stills import StillCopier
from lambdas.graph.client import Account
from lambdas.graph.errors import GraphError, ReconnectRequired
from lambdas.graph.media import Media
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ReauthRequired
from lambdas.kit.events import EventBus, TokenRefused
from lambdas.storage.events.event import Event
from lambdas.storage.events.feed_state import FeedStateStore, Outcome
from lambdas.storage.events.post import Post, PostStore

# Well within the function's time limit, one last slow picture included.
COPYING = timedelta(seconds=25)


@dataclass(frozen=True, kw_only=True)
class FeedRefresher:
    """Reads an event's posts from Instagram and makes the stored ones match."""

    account: Callable[[], Account | None]
    posts: PostStore
    states: FeedStateStore
    stills: StillCopier
    bus: EventBus
    clock: Clock
    rng: random.Random
    logger: Logger

    def refresh(self, event: Event) -> Outcome:
        """Read the posts and record the outcome. A failed reading changes nothing that is stored.

        A token that only a new login can replace is reported as TokenRefused.
        """
        account = None
        try:
            account = self.account()
            if account is None:
                return self._failed(event, Outcome.NOT_CONNECTED)
            media = list(account.library.media(event.starts_at, event.ends_at))
        except ReauthRequired as error:
            # The stored posts stay on the page; an alarm has notified the responder.
            self._warn(event, "no account can be read", cause=error.code)
            return self._failed(event, Outcome.UNAVAILABLE)
        except GraphError as error:
            dead = isinstance(error, ReconnectRequired)
            outcome = Outcome.NOT_CONNECTED if dead else Outcome.UNAVAILABLE
            self._warn(event, "posts could not be read", outcome=outcome, cause=str(error))
            self._failed(event, outcome)
            if dead and account:
                # At once, to the feature that keeps tokens: it asks Meta itself.
                self.bus.publish(TokenRefused(account.id))
            return outcome
        posts = self._store(event, media, account.id)
        self.states.synced(event.id, self.clock.now())
        self._copy_stills(posts)
        self.logger.info("posts read", extra={"event_id": event.id, "posts": len(media)})
        return Outcome.SYNCED

    def _warn(self, event: Event, message: str, **fields: str) -> None:
        self.logger.warning(message, extra={"event_id": event.id, **fields})

    def _failed(self, event: Event, outcome: Outcome) -> Outcome:
        self.states.failed(event.id, outcome, self.clock.now())
        return outcome

    def _store(self, event: Event, media: list[Media], account_id: str) -> list[Post]:
        """Make the stored posts those that were read; return them."""
        stored = self.posts.of_event(event.id)
        read = [
            with_known_copies(post, stored.get(post.id))
            for one in media
            if (post := post_of(event, one, account_id))
        ]
        for post in read:
            if post != stored.get(post.id):
                self.posts.put(post)
        for gone in stored.keys() - {post.id for post in read}:
            self.posts.delete(stored[gone])
            self.stills.delete(stored[gone])
        return read

    def _copy_stills(self, posts: list[Post]) -> None:
        """Copy pictures while there is time, in random order: a slow one must not always be first.

        A post is on the page before that, with Instagram's own URLs; a later refresh copies the
        rest.
        """
        stop = self.clock.now() + COPYING
        for post in self.rng.sample(posts, len(posts)):
            if self.clock.now() >= stop:
                extra = {"event_id": post.event_id}
                self.logger.warning("not all pictures were copied in time", extra=extra)
                return
            if complete := self.stills.copied(post):
                self.posts.put(complete)
