"""Outcomes of publishing a container: live, not published, lost, or not known."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from lambdas.graph.container import ContainerState, ContainerStatus
from lambdas.publishing.history import Happened
from lambdas.publishing.ledger import MediaClaimed
from lambdas.publishing.meeting import Meeting
from lambdas.publishing.obstacles import Way, obstacle_of_container, own_obstacle
from lambdas.publishing.places import own_container, with_container, without_files
from lambdas.publishing.progress import WORK, Next, Progress
from lambdas.publishing.records import Intent
from lambdas.publishing.states import State

MAX_SENDINGS = 5
# These end by themselves, however often they come.
PATIENT = ("throttled", "quota")
UNKNOWN = "outcome_unknown"


@dataclass(frozen=True)
class Outcomes:
    """Records outcomes, and says what a post does next."""

    meeting: Meeting

    def live(self, progress: Progress, media_id: str | None) -> Next:
        """Record that the post is live; `media_id` is None if Instagram did not say it."""
        post = progress.post
        at = post.intent.at if post.intent and media_id is None else progress.now
        container = replace(own_container(post), state=ContainerState.PUBLISHED.value)
        live = replace(
            with_container(post, None, container),
            state=State.PUBLISHED,
            published_at=at,
            media_id=media_id,
            intent=None,
            waiting=None,
            attempts=0,
        )
        try:
            progress.record(Happened.PUBLISHED, live, container_id=container.id, media_id=media_id)
        except MediaClaimed:
            unnamed = replace(live, media_id=None)
            progress.record(Happened.PUBLISHED, unnamed, container_id=container.id)
        return WORK

    def not_published(self, progress: Progress, intent: Intent) -> Next:
        """Act on what Instagram answered, now that the post is known not to be live."""
        post = progress.post
        refusal = intent.refusal
        counts = refusal is None or refusal.code not in PATIENT
        attempts = post.attempts + 1 if counts else post.attempts
        back = replace(post, state=State.PROCESSING, intent=None, attempts=attempts)
        progress.record(
            Happened.NOT_PUBLISHED,
            back,
            container_id=own_container(post).id,
            code=refusal.code if refusal else None,
        )
        if refusal and intent.ends_post:
            progress.fail(refusal)
        elif attempts > MAX_SENDINGS:
            gave_up = own_obstacle(Way.FAIL, "too_many_attempts")
            progress.fail(refusal or gave_up.failure(progress.now))
        return WORK

    def lost(self, progress: Progress, intent: Intent, status: ContainerStatus) -> Next:
        """Begin again with a new container: this one was not published, and never will be."""
        if intent.ends_post:
            return self.not_published(progress, intent)
        is_patient = intent.refusal is not None and intent.refusal.code in PATIENT
        if status.state is ContainerState.EXPIRED:
            obstacle = own_obstacle(Way.NEW_CONTAINER, "container_expired")
        else:
            obstacle = obstacle_of_container(status.subcode)
        back = replace(progress.post, state=State.PROCESSING, intent=None)
        if is_patient:
            # It expired because Instagram let it wait: that is none of its few attempts.
            back = without_files(replace(back, state=State.PREPARING))
        progress.record(Happened.NOT_PUBLISHED, back, code=obstacle.code)
        return WORK if is_patient else self.meeting.meet(progress, obstacle)

    def give_up(self, progress: Progress) -> Next:
        """Leave it to a person to find out whether the post is live."""
        unknown = own_obstacle(Way.FAIL, UNKNOWN)
        progress.fail(unknown.failure(progress.now), State.NEEDS_REVIEW)
        return WORK
