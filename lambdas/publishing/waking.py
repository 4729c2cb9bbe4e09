"""Letting posts go on at once that wait for what has changed: a stop that ended, a free quota."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.ledger import Ledger
from lambdas.publishing.records import SEPARATOR, Post
from lambdas.publishing.starting import PostQueue

STOPPED = "account_stopped"
# The sweep and the posts' own pauses find the others.
MAX_WOKEN = 200


class OpenPosts(Ledger, Protocol):
    """A ledger that lists what is not at rest."""

    def open_posts(self) -> Iterator[tuple[str, datetime]]:
        """Iterate over the ids of posts that are not at rest, with the times they are due."""


@dataclass(frozen=True)
class Waking:
    """Starts a new run of posts that wait: the old one ends when it finds another."""

    ledger: OpenPosts
    queue: PostQueue
    clock: Clock
    logger: Logger

    def wake(self, post: Post, by: str) -> Post:
        """Let a waiting post go on now. Raises ConflictError if it has changed."""
        now = self.clock.now().replace(microsecond=0)
        again = replace(post, run=post.run + 1, waiting=None, updated_at=now)
        step = Step(what=Happened.RESTARTED, at=now, state=post.state, by=by)
        saved = self.ledger.save(post, again, step)
        self.queue.put(saved)
        return saved

    def wake_stopped(self, account_id: str, by: str) -> int:
        """Let the posts of an account go on that waited for the end of a stop; return how many."""
        woken = 0
        for post_id, _ in self.ledger.open_posts():
            if not post_id.startswith(account_id + SEPARATOR) or woken >= MAX_WOKEN:
                continue
            post = self.ledger.read(post_id)
            if post is None or post.waiting is None or post.waiting.code != STOPPED:
                continue
            try:
                self.wake(post, by)
                woken += 1
            except ConflictError:
                self.logger.info("post goes on by itself", extra={"post": post_id})
        return woken
