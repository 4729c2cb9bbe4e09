"""The second half of every change of a post's time: its schedule, or its place in the queue.

It can be repeated, and a sweep repeats it; so a failure of it never fails the request.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from lambdas.kit.clock import Clock
from lambdas.publishing.records import Post
from lambdas.publishing.states import State

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

# EventBridge Scheduler refuses times that are over, and may be a minute late: a post that is due
# within minutes waits in the queue, which is exact to the second.
SOON = timedelta(minutes=5)


class PostSchedules(Protocol):
    """Schedules of posts."""

    def put(self, post: Post) -> None:
        """Create a post's schedule, or move it to the post's time."""

    def drop(self, post_id: str) -> None:
        """Delete a post's schedule, if there is one."""


class PostQueue(Protocol):
    """The queue of posts whose time has come."""

    def put(self, post: Post, delay_seconds: int = 0) -> None:
        """Put a post into the queue."""


@dataclass(frozen=True)
class Starter:
    """Sees to it that a post is started at its time."""

    schedules: PostSchedules
    queue: PostQueue
    clock: Clock
    logger: Logger

    def arrange(self, post: Post, before: Post | None = None) -> bool:
        """Schedule, start or take back a post; `before` is what it was before the change.

        Returns False if that failed, which is logged.
        """
        try:
            self._arrange(post, before)
        except Exception:
            self.logger.exception("post could not be scheduled", extra={"post": post.id})
            return False
        return True

    def _arrange(self, post: Post, before: Post | None) -> None:
        was_scheduled = before is not None and before.state is State.SCHEDULED
        if post.state is not State.SCHEDULED:
            if was_scheduled:
                self.schedules.drop(post.id)
            return
        wait = post.due_at - self.clock.now()
        if wait > SOON:
            self.schedules.put(post)
            return
        self.queue.put(post, max(0, math.ceil(wait.total_seconds())))
        if was_scheduled:
            # Its schedule would only find that the post has started.
            self.schedules.drop(post.id)
