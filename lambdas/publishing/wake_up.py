"""Starting posts whose time has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from aws_lambda_powertools import Logger

from lambdas.kit.clock import Clock
from lambdas.publishing.ledger import Ledger
from lambdas.publishing.records import Post
from lambdas.publishing.states import State

# A schedule may fire a little early by our clock; the execution waits for the rest.
EARLY = timedelta(minutes=1)


class Starts(Protocol):
    """Starts executions."""

    def start(self, post: Post) -> bool:
        """Start the post's run; return False if it was started before."""


@dataclass(frozen=True)
class WakeUp:
    """Starts a post's execution when its schedule fires, however often it does."""

    ledger: Ledger
    executions: Starts
    clock: Clock
    logger: Logger

    def start(self, post_id: str) -> bool:
        """Start a post if it is due; return whether an execution was started."""
        post = self.ledger.read(post_id)
        if post is None or not (post.state is State.SCHEDULED or post.state.is_running):
            return False
        if post.due_at > self.clock.now() + EARLY:
            # Its time was changed after this schedule had fired.
            return False
        started = self.executions.start(post)
        extra = {"post": post.id, "run": post.run, "started": started}
        self.logger.info("post started", extra=extra)
        return started
