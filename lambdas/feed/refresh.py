"""Brings the account's posts of an event's window into the event."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from lambdas.feed.empty_answer import EmptyAnswers
from lambdas.feed.leaving import LeavingPosts
from lambdas.feed.mapping import post_of, with_known_copies
from lambdas.feed.stills import CopiedPost, StillCopier
from lambdas.graph.client import Account
from lambdas.graph.errors import GraphError, ReconnectRequired, RetryLater
from lambdas.graph.library import whole_entries
from lambdas.graph.media import Media
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ReauthRequired
from lambdas.kit.events import EventBus, TokenRefused
from lambdas.storage.events.deletion_mark import DeletionMarks, RowChanged
from lambdas.storage.events.event import Event
from lambdas.storage.events.feed_state import FeedStateStore, Outcome
from lambdas.storage.events.post import Post, PostStore

# Well within the function's time limit, one last slow picture included.
COPYING = timedelta(seconds=25)
# More posts in one event's window are a fault of the answer.
MAX_POSTS = 2000
# Fewer posts may be gone from one reading to the next without a doubt of the answer.
MIN_DOUBTED = 3
# The account of the environment's token, as long as its id is not configured.
ME = "me"


class DataDeleted(Exception):
    """The account's data must be deleted: nothing of it may be written."""


@dataclass(frozen=True)
class FeedAccount:
    """The account to read, and when the connection was made that its token belongs to."""

    account: Account
    connected_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FeedRefresher:
    """Reads an event's posts from Instagram and makes the stored ones match."""

    account: Callable[[str | None], FeedAccount | None]
    posts: PostStore
    marks: DeletionMarks
    states: FeedStateStore
    empty_answers: EmptyAnswers
    stills: StillCopier
    bus: EventBus
    clock: Clock
    rng: random.Random
    logger: Logger

    def refresh(self, event: Event) -> Outcome:
        """Read the posts and record the outcome. A failed reading changes nothing that is stored.

        A refusal that does not pass is reported as TokenRefused.
        """
        self._remove_misplaced(event)
        source = None
        try:
            source = self.account(event.account_id)
            if source is None:
                return self._failed(event, Outcome.NOT_CONNECTED)
            account_id = _account_id(source.account)
            found = source.account.library.media(event.starts_at, event.ends_at)
            media, complete = self._read(event, found)
        except ReauthRequired as error:
            # The stored posts stay on the page; an alarm has notified the responder.
            self._warn(event, "no account can be read", cause=error.code)
            return self._failed(event, Outcome.UNAVAILABLE)
        except GraphError as error:
            return self._refused(event, source.account if source else None, error)
        try:
            posts = self._store(event, media, account_id, source.connected_at, complete)
            self.states.synced(event.id, self.clock.now())
            self._copy_stills(posts, account_id, source.connected_at)
        except DataDeleted:
            self._warn(event, "the account's data is being deleted", account=account_id)
            return self._failed(event, Outcome.NOT_CONNECTED)
        self.logger.info("posts read", extra={"event_id": event.id, "posts": len(media)})
        return Outcome.SYNCED

    def _read(self, event: Event, found: Iterator[Media]) -> tuple[list[Media], bool]:
        """Return the media that an answer lists, and whether they are all. Raises GraphError."""
        media, complete = whole_entries(itertools.islice(found, MAX_POSTS))
        if not complete:
            self._warn(event, "an answer holds posts without an id")
        return media, complete

    def _refused(self, event: Event, account: Account | None, error: GraphError) -> Outcome:
        dead = isinstance(error, ReconnectRequired)
        outcome = Outcome.NOT_CONNECTED if dead else Outcome.UNAVAILABLE
        self._warn(event, "posts could not be read", outcome=outcome, cause=str(error))
        known = self.states.get(event.id).outcome
        # Once for each run of failures, to the feature that keeps tokens: it asks Meta itself.
        news = dead or (not isinstance(error, RetryLater) and known is not outcome)
        if account and news:
            # Before the outcome is stored: it is no news after that.
            self.bus.publish(TokenRefused(account.id))
        return self._failed(event, outcome)

    def _warn(self, event: Event, message: str, **fields: str) -> None:
        self.logger.warning(message, extra={"event_id": event.id, **fields})

    def _failed(self, event: Event, outcome: Outcome) -> Outcome:
        self.states.failed(event.id, outcome, self.clock.now())
        return outcome

    def _store(
        self,
        event: Event,
        media: list[Media],
        account_id: str,
        connected_at: datetime | None,
        complete: bool,
    ) -> list[Post]:
        """Make the stored posts those that were read; return them. Raises DataDeleted.

        If the answer was not `complete`, nothing is deleted.
        """
        stored = self.posts.of_event(event.id)
        read = [
            with_known_copies(post, stored.get(post.id))
            for one in media
            if (post := post_of(event, one, account_id))
        ]
        for post in read:
            known = stored.get(post.id)
            if known and known != post:
                self.stills.delete_dropped(known, post)
            if post != known:
                self._put(CopiedPost(post), account_id, connected_at)
        live = {post.id: post for post in stored.values() if not post.dropped}
        if complete and self._may_delete(event, read, live):
            for gone in live.keys() - {post.id for post in read}:
                self._leaving.remove(live[gone])
            self._leaving.forget_oldest(stored)
        return read

    @property
    def _leaving(self) -> LeavingPosts:
        return LeavingPosts(self.posts, self.stills)

    def _remove_misplaced(self, event: Event) -> None:
        """Delete posts that an event does not show any more, whatever Instagram answers.

        Its window or its account was changed after they were read.
        """
        if not event.version:
            return
        for post in self.posts.of_event(event.id).values():
            other = event.account_id and post.account_id and post.account_id != event.account_id
            misplaced = other or not event.starts_at <= post.taken_at < event.ends_at
            if misplaced and not post.dropped:
                self._leaving.remove(post)

    def _may_delete(self, event: Event, read: list[Post], stored: dict[str, Post]) -> bool:
        """Return whether what was not read may be deleted.

        One answer that is empty, or lacks most of many posts, is no reason.
        """
        if len(read) >= MAX_POSTS:
            return False
        kept = stored.keys() & {post.id for post in read}
        lost = len(stored) - len(kept)
        few = lost < MIN_DOUBTED or lost <= len(kept)
        if not stored or (read and few):
            self.empty_answers.forget(event.id)
            return True
        confirmed = self.empty_answers.confirms(event.id, self.clock.now())
        if not confirmed:
            self._warn(event, "an answer without most posts deletes none before a second one")
        return confirmed

    def _put(self, new: CopiedPost, account_id: str, connected_at: datetime | None) -> None:
        try:
            stored = self._put_as_hidden(new, account_id, connected_at)
        except RowChanged:
            # A host has just hidden the post, or put it back.
            if new.marks:
                # The copies are public, and only those of posts that are shown are made.
                self.stills.discard(new)
                return
            other = replace(new.post, hidden=not new.post.hidden)
            stored = self._put_as_hidden(replace(new, post=other), account_id, connected_at)
        if not stored:
            # The marks stay: if this is interrupted, the sweep deletes the copies.
            self.stills.delete(new.post)
            raise DataDeleted

    def _put_as_hidden(
        self, new: CopiedPost, account_id: str, connected_at: datetime | None
    ) -> bool:
        same = {"hidden": new.post.hidden}
        row = new.post.to_row()
        return self.marks.put_unless_deleted(row, account_id, connected_at, new.marks, same)

    def _copy_stills(
        self, posts: list[Post], account_id: str, connected_at: datetime | None
    ) -> None:
        """Copy pictures while there is time, in random order: a slow one must not always be first.

        A post is on the page before that, with Instagram's own URLs; a later refresh copies the
        rest. Copies are public, so a hidden post has to wait until it is shown. Raises DataDeleted.
        """
        stop = self.clock.now() + COPYING
        for post in self.rng.sample(posts, len(posts)):
            if self.clock.now() >= stop:
                extra = {"event_id": post.event_id}
                self.logger.warning("not all pictures were copied in time", extra=extra)
                return
            if not post.hidden and (complete := self.stills.copied(post)):
                self._put(complete, account_id, connected_at)


def _account_id(account: Account) -> str:
    """Return the id by which a deletion request finds the account's posts. Raises GraphError."""
    if account.id != ME:
        return account.id
    return account.library.profile().user_id or ME
