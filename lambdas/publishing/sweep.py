"""The second half of everything: finds posts that an interruption left, and goes on with them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.ledger import DataDeleted, Ledger
from lambdas.publishing.obstacles import Way, own_obstacle
from lambdas.publishing.progress import MAX_WAIT
from lambdas.publishing.records import Action, Post
from lambdas.publishing.states import State
from lambdas.publishing.wall_time import known_instant

# Before this a schedule is expected to have fired, and a running post to have moved.
MISSED, STUCK = timedelta(minutes=2), timedelta(minutes=5)
# Posts that are due within this get their schedule once more, should it have been lost.
SOON = timedelta(minutes=11)
SWEEP_TIME = timedelta(minutes=4)
# A waiting execution ends by itself after some days of questions; a failing one within minutes.
MAX_RESTARTS = 10


class OpenPosts(Ledger, Protocol):
    """A ledger that lists what is not at rest."""

    def open_posts(self) -> Iterator[tuple[str, datetime]]:
        """Iterate over the ids of posts that are not at rest, with the times they are due."""


class Runs(Protocol):
    """Executions."""

    def start(self, post: Post) -> bool:
        """Start the post's run; return False if it was started before."""

    def is_running(self, post: Post) -> bool:
        """Return whether an execution works on the post's run."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Looks at every post that is not at rest.

    `schedule` sets a post's schedule, `advance` goes on with a post without an execution.
    """

    ledger: OpenPosts
    executions: Runs
    schedule: Callable[[Post], None]
    advance: Callable[[str, int], object]
    clock: Clock
    rng: random.Random
    logger: Logger

    def run(self) -> int:
        """Look at all open posts, as far as the time allows; return at how many.

        What has to start comes first: it needs no answer of Instagram. The rest is looked at in
        random order, so that slow posts do not always keep the same others waiting.
        """
        end, looked_at = self.clock.now() + SWEEP_TIME, 0
        quiet: list[Post] = []
        for post_id, _ in self.ledger.open_posts():
            with self._one_post(post_id):
                post = self.ledger.read(post_id)
                looked_at += 1
                if post is None:
                    continue
                if post.state is State.SCHEDULED:
                    self._scheduled(self._with_current_zone(post))
                elif post.state.is_running:
                    self._running(post)
                elif post.is_open and self._is_quiet(post):
                    quiet.append(post)
        self.rng.shuffle(quiet)
        for number, post in enumerate(quiet):
            if self.clock.now() > end:
                self.logger.warning("sweep ended early", extra={"left": len(quiet) - number})
                break
            with self._one_post(post.id):
                if not self.executions.is_running(post):
                    self.advance(post.id, post.run)
        return looked_at

    @contextmanager
    def _one_post(self, post_id: str) -> Iterator[None]:
        """Let one bad post stop no other."""
        try:
            yield
        except (ConflictError, DataDeleted):
            self.logger.info("post is being worked on", extra={"post": post_id})
        except Exception:
            self.logger.exception("post could not be looked at", extra={"post": post_id})

    def _with_current_zone(self, post: Post) -> Post:
        """Move a post to the instant that today's data of the zones gives."""
        if post.publish_at is None:
            return post
        current = known_instant(post.publish_at)
        if current.instant == post.due_at:
            return post
        moved = replace(
            post, publish_at=current, due_at=current.instant, updated_at=self.clock.now()
        )
        saved = self.ledger.save(post, moved, self._step(moved, Happened.CHANGED))
        self.schedule(saved)
        return saved

    def _scheduled(self, post: Post) -> None:
        now = self.clock.now()
        if now < post.due_at <= now + SOON:
            self.schedule(post)
        elif post.due_at <= now - MISSED and self._is_quiet(post):
            self._restart(post)

    def _running(self, post: Post) -> None:
        if self._is_quiet(post):
            self._restart(post)

    def _is_quiet(self, post: Post) -> bool:
        now = self.clock.now()
        # A running execution looks at its post at least hourly, however long it waits.
        looks_again = min(post.waiting.until, post.updated_at + MAX_WAIT) if post.waiting else now
        waits = post.waiting is not None and looks_again + STUCK > now
        pause = MISSED if post.state is State.SCHEDULED else STUCK
        return not waits and post.updated_at + pause <= now

    def _restart(self, post: Post) -> None:
        """Start a post whose execution never began or has ended; its row says how far it is."""
        if self.executions.is_running(post) or self.executions.start(post):
            return
        if post.restarts >= MAX_RESTARTS:
            self._give_up(post)
            return
        again = replace(
            post, run=post.run + 1, restarts=post.restarts + 1, updated_at=self.clock.now()
        )
        saved = self.ledger.save(post, again, self._step(again, Happened.RESTARTED))
        self.executions.start(saved)
        self.logger.warning("post restarted", extra={"post": post.id, "run": saved.run})

    def _give_up(self, post: Post) -> None:
        """End a post whose execution fails again and again."""
        doubtful = post.intent is not None and post.intent.action is Action.PUBLISH
        code = "outcome_unknown" if doubtful else "too_many_attempts"
        failure = own_obstacle(Way.FAIL, code).failure(self.clock.now())
        state = State.NEEDS_REVIEW if doubtful else State.FAILED
        ended = replace(
            post, state=state, failure=failure, waiting=None, updated_at=self.clock.now()
        )
        happened = Happened.NEEDS_REVIEW if doubtful else Happened.FAILED
        saved = self.ledger.save(post, ended, self._step(ended, happened))
        self.advance(saved.id, saved.run)

    def _step(self, post: Post, what: Happened) -> Step:
        return Step(what=what, at=self.clock.now(), state=post.state, by="sweep")
