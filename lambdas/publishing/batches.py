"""Creating the posts of accepted batches, and completing what was interrupted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError
from lambdas.publishing.batch_log import Batch, BatchLog
from lambdas.publishing.ledger import DataDeleted, DynamoLedger, RequestUsed, SlotTaken
from lambdas.publishing.plan_store import PlanStore
from lambdas.publishing.records import Post, PublishAt
from lambdas.publishing.series import derived_request_id
from lambdas.publishing.states import State

# A transaction holds 100 writes; a post needs at most five of its own, and one for each photo.
MAX_WRITES, WRITES_OF_POST, MAX_POSTS = 90, 5, 15
# A request has to be answered: schedules that it does not reach are set by the sweep.
REQUEST_TIME = timedelta(seconds=12)
# The sweep has other things to do, and comes again after minutes.
SWEEP_TIME = timedelta(seconds=20)


class Arranges(Protocol):
    """Sees to it that a post is started at its time."""

    def arrange(self, post: Post, before: Post | None = None) -> bool:
        """Schedule, start or take back a post; `before` is what it was before the change."""


@dataclass(frozen=True, kw_only=True)
class Batches:
    """Accepts batches and creates their posts."""

    log: BatchLog
    ledger: DynamoLedger
    plans: PlanStore
    starter: Arranges
    clock: Clock
    logger: Logger

    def run(self, batch: Batch, limit: timedelta = REQUEST_TIME) -> list[Post]:
        """Create a batch's posts as far as they are not there; return all of them in their order.

        Can be repeated, also by two at once. Raises DataDeleted.
        """
        end = self.clock.now() + limit
        posts = [post for group in _groups(self.log.posts(batch)) for post in self._create(group)]
        # One that is done may still be listed as pending, if its function was killed right then.
        if self.log.is_done(batch) or self._arrange(posts, end):
            self.log.complete(batch)
        return posts

    def sweep(self) -> int:
        """Complete the batches that were interrupted, in a part of the sweep's time.

        Returns how many were looked at.
        """
        end, count = self.clock.now() + SWEEP_TIME, 0
        for batch in self.log.pending():
            if self.clock.now() > end:
                break
            count += 1
            try:
                self.run(batch, limit=SWEEP_TIME)
            except DataDeleted:
                self.log.complete(batch)
            except Exception:
                # One bad batch must not stop the others.
                self.logger.exception("batch could not be completed", extra={"batch": batch.id})
        return count

    def _create(self, posts: Sequence[Post]) -> list[Post]:
        try:
            self.ledger.create(posts, posts[0].created_by)
        except (RequestUsed, SlotTaken, ConflictError):
            return [self._create_one(post) for post in posts]
        return list(posts)

    def _create_one(self, post: Post) -> Post:
        """Create a post, in the next free slot if its own was taken; return the stored one."""
        for wanted in self._attempts(post):
            try:
                self.ledger.create([wanted], post.created_by)
            except RequestUsed as used:
                if used.post_id == post.id:
                    return self.ledger.read(post.id) or post
                # A request of its own was named like this occurrence: both are posts.
                name = derived_request_id(post.client_request_id, post.number)
                return self._create_one(replace(wanted, client_request_id=name))
            except SlotTaken:
                continue
            else:
                return wanted
        # The year is full: it waits as a draft for a person to give it a time.
        kept = replace(post, state=State.DRAFT, slot=None)
        self.ledger.create([kept], post.created_by)
        return kept

    def _attempts(self, post: Post) -> Iterator[Post]:
        yield post
        if post.slot is not None:
            plan = self.plans.read(post.account_id)
            for at in self.plans.free_slots(post.account_id, plan, self.clock.now()):
                yield in_slot(post, at)

    def _arrange(self, posts: Iterable[Post], end: datetime) -> bool:
        """Schedule posts until the time is over; return whether that was all."""
        for post in posts:
            if self.clock.now() > end:
                return False
            current = self.ledger.read(post.id)
            if current and current.state is State.SCHEDULED and not self.starter.arrange(current):
                return False
        return True


def in_slot(post: Post, at: PublishAt) -> Post:
    """Return a post at the time of a slot, which it holds."""
    return replace(post, publish_at=at, due_at=at.instant, slot=at.slot)


def _groups(posts: Iterable[Post]) -> Iterator[list[Post]]:
    """Group posts so that each group fits into one transaction."""
    group: list[Post] = []
    writes = 0
    for post in posts:
        photos = sum(1 for item in post.media if item.source.photo)
        needed = WRITES_OF_POST + photos + (1 if post.cover else 0)
        if group and (writes + needed > MAX_WRITES or len(group) == MAX_POSTS):
            yield group
            group, writes = [], 0
        group.append(post)
        writes += needed
    if group:
        yield group
