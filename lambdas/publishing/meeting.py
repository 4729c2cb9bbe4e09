"""What a post does about an obstacle: wait, begin a container again, stop the account, or end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from msgspec.structs import replace

from lambdas.publishing.history import Happened
from lambdas.publishing.media_records import Container
from lambdas.publishing.obstacles import Obstacle, Way
from lambdas.publishing.places import container_of, with_container
from lambdas.publishing.progress import WORK, Next, Progress, wait
from lambdas.publishing.records import Post, Waiting

FIRST_PAUSE, MAX_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
RECONNECT_PAUSE, THROTTLED_PAUSE = timedelta(minutes=5), timedelta(minutes=5)
MAX_ATTEMPTS = 10
MAX_CONTAINERS = 3
# A week later the post would surprise everyone.
MAX_LATE = timedelta(days=7)
THROTTLED = "throttled"


class Stops(Protocol):
    """The accounts whose posts have stopped."""

    def stopped(self, account_id: str) -> str | None:
        """Return the code of why an account's posts have stopped, or None."""

    def stop(self, account_id: str, code: str) -> bool:
        """Stop all posts of an account until a person resumes them; return whether that is new."""


@dataclass(frozen=True)
class Meeting:
    """Meets obstacles.

    `refused` reports a token that Instagram no longer accepts, `needs_person` a post that waits for
    a person and why, `account_stopped` the post after which all of its account stop.
    """

    stops: Stops
    refused: Callable[[str], None]
    needs_person: Callable[[Post, str], None]
    account_stopped: Callable[[Post, str], None]

    def meet(self, progress: Progress, obstacle: Obstacle, item: int | None = None) -> Next:
        """Record an obstacle, and return the next step."""
        match obstacle.way:
            case Way.FAIL:
                progress.fail(obstacle.failure(progress.now, item))
                return WORK
            case Way.STOP:
                self.stop(progress, obstacle)
                progress.fail(obstacle.failure(progress.now, item))
                return WORK
            case Way.NEW_CONTAINER:
                return self._begin_again(progress, obstacle, item)
            case Way.RECONNECT:
                self.refused(progress.post.account_id)
                return self.wait_for_person(progress, obstacle)
            case Way.WAIT_UNTIL_READY | Way.REPEAT:
                return self._repeat(progress, obstacle, item)

    def stop(self, progress: Progress, obstacle: Obstacle) -> None:
        """Stop all posts of the account, and call a person the first time."""
        account_id = progress.post.account_id
        if self.stops.stopped(account_id) is None:
            # Before it is stored: a stop that no one hears of would last.
            self.account_stopped(progress.post, obstacle.code)
        self.stops.stop(account_id, obstacle.code)

    def wait_for_person(self, progress: Progress, obstacle: Obstacle) -> Next:
        """Wait for the account's owner, and call a person once."""
        post = progress.post
        if post.waiting is None or post.waiting.code != obstacle.code:
            self.needs_person(post, obstacle.code)
        return self.pause(progress, obstacle, RECONNECT_PAUSE)

    def pause(self, progress: Progress, obstacle: Obstacle, pause: timedelta) -> Next:
        """Wait for something that no repetition brings nearer; give up after a week."""
        post = progress.post
        if progress.now - post.due_at > MAX_LATE:
            progress.fail(obstacle.failure(progress.now))
            return WORK
        until = progress.now + pause
        waiting = Waiting(code=obstacle.code, message=obstacle.kind.message, until=until)
        changed = replace(post, waiting=waiting, intent=None)
        if post.waiting and post.waiting.code == obstacle.code:
            progress.note(changed)
        else:
            progress.record(
                Happened.WAITING, changed, code=obstacle.code, error=obstacle.detail, until=until
            )
        return wait(pause)

    def _repeat(self, progress: Progress, obstacle: Obstacle, item: int | None) -> Next:
        post = progress.post
        if obstacle.pause is not None or obstacle.code == THROTTLED:
            return self.pause(progress, obstacle, obstacle.pause or THROTTLED_PAUSE)
        attempts = post.attempts + 1
        if attempts > MAX_ATTEMPTS:
            progress.fail(obstacle.failure(progress.now, item))
            return WORK
        pause = min(FIRST_PAUSE * 2 ** (attempts - 1), MAX_PAUSE)
        if obstacle.way is Way.WAIT_UNTIL_READY:
            pause = max(pause, timedelta(minutes=1))
        until = progress.now + pause
        waiting = Waiting(code=obstacle.code, message=obstacle.kind.message, until=until)
        changed = replace(post, waiting=waiting, attempts=attempts, intent=None)
        progress.record(
            Happened.ERROR, changed, item=item, code=obstacle.code, error=obstacle.detail
        )
        return wait(pause)

    def _begin_again(self, progress: Progress, obstacle: Obstacle, item: int | None) -> Next:
        post = progress.post
        known = container_of(post, item)
        attempts = post.attempts + 1
        if (known and known.number >= MAX_CONTAINERS) or attempts > MAX_ATTEMPTS:
            progress.fail(obstacle.failure(progress.now, item))
            return WORK
        # The number stays, so that there is an end.
        gone = Container(id="", created_at=progress.now, number=known.number if known else 1)
        changed = replace(with_container(post, item, gone), attempts=attempts, intent=None)
        progress.record(
            Happened.ERROR, changed, item=item, code=obstacle.code, error=obstacle.detail
        )
        return wait(FIRST_PAUSE)
