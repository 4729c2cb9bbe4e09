"""Making a finished container public, exactly once.

The intent is written before the call and stays until the outcome is known. A container can be
published once only, so what is read back from it decides: PUBLISHED means that the post is live.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from lambdas.graph.client import Account
from lambdas.graph.container import ContainerState, ContainerStatus
from lambdas.graph.errors import GraphError, UnknownOutcome
from lambdas.publishing.containers import (
    CALL_LIFETIME,
    IMAGE_CEILING,
    VIDEO_CEILING,
    Containers,
    until_next_check,
)
from lambdas.publishing.failures import failure_kind
from lambdas.publishing.history import Happened
from lambdas.publishing.lateness import is_too_late
from lambdas.publishing.media_records import Container
from lambdas.publishing.meeting import MAX_LATE, RECONNECT_PAUSE, Meeting
from lambdas.publishing.obstacles import Obstacle, Way, obstacle_of, own_obstacle
from lambdas.publishing.outcomes import UNKNOWN, Outcomes
from lambdas.publishing.places import has_video, own_container
from lambdas.publishing.progress import WORK, Next, Progress, wait
from lambdas.publishing.published import PublishedMedia, has_words
from lambdas.publishing.records import Action, Intent, Waiting
from lambdas.publishing.states import State

# What is still on its way at Instagram shows within this.
SETTLING = timedelta(minutes=1)
# An answer that says no was seen to be wrong for so long, and lists of media to lag as long.
DOUBT_TIME = timedelta(minutes=15)
MIN_CHECKS, MAX_CHECKS = 3, 30
# After this a person is called; after a day the outcome is not looked for any more.
CALL_TIME, MAX_DOUBT = timedelta(hours=1), timedelta(hours=24)
MAX_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True)
class GoingLive:
    """Publishes containers, and finds out whether a call worked whose answer was lost."""

    containers: Containers
    published: PublishedMedia
    meeting: Meeting

    @property
    def outcomes(self) -> Outcomes:
        """Return what records outcomes."""
        return Outcomes(self.meeting)

    def publish(self, progress: Progress, account: Account) -> Next:
        """Publish the post's container, or find out whether it was published."""
        post = progress.post
        container = own_container(post)
        if post.intent is None and container.state == ContainerState.PUBLISHED:
            return self.outcomes.live(progress, None)
        if post.intent is None:
            grace = VIDEO_CEILING if has_video(post, None) else IMAGE_CEILING
            if is_too_late(post, progress.now, grace):
                progress.fail(own_obstacle(Way.FAIL, "too_late").failure(progress.now))
                return WORK
            return self._send(progress, account, container)
        return self._look(progress, account, post.intent, container)

    def wait_for_owner(self, progress: Progress, obstacle: Obstacle) -> Next:
        """Keep the intent until the outcome can be looked for; call a person once."""
        post = progress.post
        if post.intent and progress.now - post.intent.at > MAX_LATE:
            return self.outcomes.give_up(progress)
        if post.waiting is None or post.waiting.code != obstacle.code:
            self.meeting.needs_person(post, obstacle.code)
            self._note_waiting(progress, obstacle.code, RECONNECT_PAUSE)
        return wait(RECONNECT_PAUSE)

    def _note_waiting(self, progress: Progress, code: str, pause: timedelta) -> None:
        """Record what the post waits for; the intent stays."""
        kind = failure_kind(code)
        waiting = Waiting(code=kind.code, message=kind.message, until=progress.now + pause)
        changed = replace(progress.post, waiting=waiting)
        progress.record(Happened.WAITING, changed, code=code, until=waiting.until)

    def _send(self, progress: Progress, account: Account, container: Container) -> Next:
        intent = Intent(action=Action.PUBLISH, at=progress.now)
        changed = replace(progress.post, state=State.PUBLISHING, intent=intent, waiting=None)
        progress.record(Happened.PUBLISHING, changed, container_id=container.id)
        try:
            media_id = account.publishing.publish(container.id)
        except GraphError as error:
            return self._doubt(progress, error, intent, container)
        return self.outcomes.live(progress, media_id)

    def _doubt(
        self, progress: Progress, error: GraphError, intent: Intent, container: Container
    ) -> Next:
        """Record an answer that is lost, or that says no: posts were seen live after both."""
        obstacle = obstacle_of(error)
        is_lost = isinstance(error, UnknownOutcome)
        refusal = None if is_lost else obstacle.failure(progress.now)
        if obstacle.way is Way.STOP:
            self.meeting.stop(progress, obstacle)
        ends = obstacle.way in (Way.STOP, Way.FAIL)
        doubtful = replace(intent, doubtful=True, refusal=refusal, ends_post=ends)
        kind = failure_kind("checking_outcome")
        until = progress.now + max(obstacle.pause or SETTLING, SETTLING)
        waiting = Waiting(code=kind.code, message=kind.message, until=until)
        progress.record(
            Happened.OUTCOME_UNKNOWN,
            replace(progress.post, intent=doubtful, waiting=waiting),
            container_id=container.id,
            code=obstacle.code,
            error=obstacle.detail,
        )
        if obstacle.way is Way.RECONNECT:
            self.meeting.refused(progress.post.account_id)
        pause = max(obstacle.pause or SETTLING, SETTLING)
        if obstacle.pause and not ends:
            self._note_waiting(progress, obstacle.code, obstacle.pause)
        return wait(pause)

    def _look(
        self, progress: Progress, account: Account, intent: Intent, container: Container
    ) -> Next:
        age = progress.now - intent.at
        if not intent.doubtful and age < CALL_LIFETIME:
            # Another worker may still be waiting for the answer.
            return wait(CALL_LIFETIME - age)
        if not intent.doubtful:
            intent = replace(intent, doubtful=True)
            changed = replace(progress.post, intent=intent)
            progress.record(Happened.OUTCOME_UNKNOWN, changed, container_id=container.id)
        pause = max(until_next_check(container, progress), SETTLING - age)
        if pause > timedelta():
            return wait(pause)
        intent = replace(intent, checks=intent.checks + 1)
        progress.note(replace(progress.post, intent=intent))
        try:
            status = self.containers.check(progress, account, None)
            return self._judge(progress, account, intent, status)
        except GraphError as error:
            return self._unreadable(progress, obstacle_of(error), intent)

    def _judge(
        self, progress: Progress, account: Account, intent: Intent, status: ContainerStatus
    ) -> Next:
        age = progress.now - intent.at
        match status.state:
            case ContainerState.PUBLISHED:
                return self.outcomes.live(progress, None)
            case ContainerState.FINISHED if not intent.ends_post:
                # The same container can be published once only: sending it again is safe.
                return self.outcomes.not_published(progress, intent)
            case ContainerState.FINISHED:
                is_settled = intent.checks >= MIN_CHECKS
            case ContainerState.EXPIRED | ContainerState.ERROR:
                is_settled = age >= DOUBT_TIME
            case ContainerState.IN_PROGRESS | ContainerState.UNKNOWN:
                is_settled = intent.checks >= MAX_CHECKS
        if media_id := self.published.find(account, progress.post, intent.at):
            if has_words(progress.post):
                return self.outcomes.live(progress, media_id)
            # Without words another post of the same kind looks alike.
            is_settled = intent.checks >= MAX_CHECKS
        if not is_settled:
            return wait(SETTLING)
        if media_id or status.state in (ContainerState.IN_PROGRESS, ContainerState.UNKNOWN):
            return self.outcomes.give_up(progress)
        if status.state is ContainerState.FINISHED:
            return self.outcomes.not_published(progress, intent)
        if status.state is ContainerState.ERROR and intent.refusal is None:
            return self.outcomes.give_up(progress)
        return self.outcomes.lost(progress, intent, status)

    def _unreadable(self, progress: Progress, obstacle: Obstacle, intent: Intent) -> Next:
        """Wait until the outcome can be read; the intent stays, for a day."""
        age = progress.now - intent.at
        if age > MAX_DOUBT or (intent.checks >= MAX_CHECKS and obstacle.way is Way.FAIL):
            return self.outcomes.give_up(progress)
        if obstacle.way is Way.RECONNECT:
            self.meeting.refused(progress.post.account_id)
        waiting = progress.post.waiting
        if age > CALL_TIME and (waiting is None or waiting.code != UNKNOWN):
            self.meeting.needs_person(progress.post, UNKNOWN)
            self._note_waiting(progress, UNKNOWN, MAX_PAUSE)
        growing = min(SETTLING * max(intent.checks, 1), MAX_PAUSE)
        return wait(max(obstacle.pause or SETTLING, growing))
