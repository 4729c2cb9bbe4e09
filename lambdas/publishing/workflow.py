"""The workflow of a post: what its row says decides what is done next.

The state machine calls `advance` again and again, and waits in between. Each call may be repeated,
and may be cut off at any point: the row says what was about to be done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from msgspec.structs import replace

from lambdas.graph.client import Account
from lambdas.graph.errors import GraphError
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError
from lambdas.publishing.calls import MediaMissing
from lambdas.publishing.closing import Closing
from lambdas.publishing.containers import Containers
from lambdas.publishing.files import FileGone
from lambdas.publishing.going_live import GoingLive
from lambdas.publishing.history import Happened
from lambdas.publishing.lateness import is_too_late
from lambdas.publishing.ledger import DataDeleted, Ledger
from lambdas.publishing.media_records import Prepared
from lambdas.publishing.meeting import Meeting
from lambdas.publishing.obstacles import Obstacle, Way, obstacle_of, own_obstacle
from lambdas.publishing.places import places, without_files
from lambdas.publishing.progress import DONE, PREPARE, WORK, Next, NextStep, Progress, wait
from lambdas.publishing.quota import QuotaBook
from lambdas.publishing.records import Action, Failure, Post
from lambdas.publishing.states import State
from lambdas.publishing.usable_accounts import Accounts, usable_account
from lambdas.publishing.wall_time import known_instant

STOPPED_PAUSE = timedelta(minutes=5)
# A call that begins after this would not end before the function is stopped.
WORK_TIME = timedelta(seconds=50)
MAX_STEPS = 100
CONFLICT_PAUSE = timedelta(seconds=5)
# Instagram can fetch a file for a day at most: what waits longer gets new files.
FILE_AGE = timedelta(hours=20)


class Files(Protocol):
    """The prepared files of posts, as they are examined."""

    def problem(self, file: Prepared) -> str | None:
        """Return why Instagram could not fetch a file, or None if it can."""


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """Brings posts from their schedule to Instagram.

    `refusal` returns the code of why a post must not be published any more (a guest has deleted
    the photo), or None.
    """

    ledger: Ledger
    accounts: Accounts
    quota: QuotaBook
    files: Files
    containers: Containers
    going_live: GoingLive
    closing: Closing
    meeting: Meeting
    clock: Clock
    refusal: Callable[[Post], str | None]

    def advance(self, post_id: str, run: int) -> Next:
        """Do what can be done now for a post's execution; return the next step."""
        end = self.clock.now() + WORK_TIME
        for _ in range(MAX_STEPS):
            post = self.ledger.read(post_id)
            if post is None or post.run != run:
                return DONE
            try:
                found = self._step(Progress(post, self.ledger, self.clock))
            except ConflictError:
                # Another worker, or an editor, was faster: look at what they left.
                found = wait(CONFLICT_PAUSE)
            except DataDeleted:
                return DONE
            if found.step is not NextStep.WORK:
                return found
            if self.clock.now() > end:
                return WORK
        return wait(CONFLICT_PAUSE)

    def _step(self, progress: Progress) -> Next:
        match progress.post.state:
            case State.DRAFT:
                return DONE
            case State.SCHEDULED:
                return self._start(progress)
            case State.PREPARING:
                return self._prepare(progress)
            case State.PROCESSING | State.PUBLISHING:
                return self._publish(progress)
            case State.PUBLISHED:
                return self.closing.close_published(progress)
            case State.FAILED | State.NEEDS_REVIEW | State.CANCELLED:
                return self.closing.close_unpublished(progress)

    def _start(self, progress: Progress) -> Next:
        post = self._at_its_time(progress)
        if post.due_at > progress.now:
            return wait(post.due_at - progress.now)
        if is_too_late(post, progress.now):
            return self._fail(progress, "too_late")
        if code := self.refusal(post):
            return self._fail(progress, code)
        if self.meeting.stops.stopped(post.account_id):
            stopped = own_obstacle(Way.REPEAT, "account_stopped")
            return self.meeting.pause(progress, stopped, STOPPED_PAUSE)
        account = self._open(progress)
        if isinstance(account, Next):
            return account
        started = replace(post, state=State.PREPARING, started_at=progress.now, waiting=None)
        progress.record(Happened.STARTED, started)
        return WORK

    def _at_its_time(self, progress: Progress) -> Post:
        """Return the post with the instant that today's data of the zones gives."""
        post = progress.post
        if post.publish_at is None:
            return post
        current = known_instant(post.publish_at)
        if current.instant != post.due_at:
            progress.note(replace(post, publish_at=current, due_at=current.instant))
        return progress.post

    def _prepare(self, progress: Progress) -> Next:
        post = progress.post
        needs_cover = post.cover is not None and post.prepared_cover is None
        if needs_cover or any(item.prepared is None for item in post.media):
            pause = post.waiting.until - progress.now if post.waiting else timedelta()
            return wait(pause) if pause > timedelta() else PREPARE
        if code := self.refusal(post):
            return self._fail(progress, code)
        if is_too_late(post, progress.now):
            return self._fail(progress, "too_late")
        if any(progress.now - file.prepared_at > FILE_AGE for file in post.files):
            progress.note(replace(without_files(post), waiting=None))
            return WORK
        if any(self.files.problem(file) for file in post.files):
            unreachable = own_obstacle(Way.REPEAT, "media_not_fetched")
            return self.meeting.meet(progress, unreachable)
        account = self._open(progress)
        if isinstance(account, Next):
            return account
        if refused := self._reserve(progress, account):
            return refused
        processing = replace(post, state=State.PROCESSING, waiting=None, attempts=0)
        progress.record(Happened.QUOTA_RESERVED, processing)
        return WORK

    def _reserve(self, progress: Progress, account: Account) -> Next | None:
        """Reserve a share of the quota, or renew it; return the next step if there is none."""
        post = progress.post
        try:
            refusal = self.quota.reserve(
                post.account_id, post.id, len(places(post)), account.publishing, progress.now
            )
        except GraphError as error:
            return self.meeting.meet(progress, obstacle_of(error))
        if refusal is None:
            return None
        obstacle = own_obstacle(Way.REPEAT, refusal.code)
        return self.meeting.pause(progress, obstacle, refusal.until - progress.now)

    def _publish(self, progress: Progress) -> Next:
        post = progress.post
        account = self._open(progress)
        if isinstance(account, Next):
            return account
        if post.intent is None or post.intent.action is Action.CREATE:
            if self.meeting.stops.stopped(post.account_id) and post.intent is None:
                stopped = own_obstacle(Way.REPEAT, "account_stopped")
                return self.meeting.pause(progress, stopped, STOPPED_PAUSE)
            if post.waiting and (refused := self._reserve(progress, account)):
                # After a long wait the share may have lapsed.
                return refused
            try:
                found = self.containers.finish(progress, account)
            except (FileGone, MediaMissing):
                again = replace(without_files(progress.post), state=State.PREPARING, intent=None)
                progress.record(Happened.ERROR, again, code="media_missing")
                return WORK
            if found:
                return found
            if code := self.refusal(post):
                return self._fail(progress, code)
        return self.going_live.publish(progress, account)

    def _open(self, progress: Progress) -> Account | Next:
        """Return the account, or the next step if it cannot be used."""
        found = usable_account(self.accounts, progress.post.account_id)
        return self._wait_for_owner(progress, found) if isinstance(found, Obstacle) else found

    def _wait_for_owner(self, progress: Progress, obstacle: Obstacle) -> Next:
        post = progress.post
        if is_too_late(post, progress.now) and post.state is State.SCHEDULED:
            return self._fail(progress, obstacle.code)
        if post.intent and post.intent.action is Action.PUBLISH:
            return self.going_live.wait_for_owner(progress, obstacle)
        return self.meeting.wait_for_person(progress, obstacle)

    def _fail(self, progress: Progress, code: str) -> Next:
        failure: Failure = own_obstacle(Way.FAIL, code).failure(progress.now)
        progress.fail(failure)
        return WORK
