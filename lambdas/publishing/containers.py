"""Containers: created once each, asked for at most once a minute, and given up in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from msgspec.structs import replace

from lambdas.graph.client import Account
from lambdas.graph.container import ContainerState, ContainerStatus
from lambdas.graph.errors import GraphError, ObjectLag, RequestRefused
from lambdas.publishing.calls import create_container, is_sent
from lambdas.publishing.history import Happened
from lambdas.publishing.media_records import Container, Prepared
from lambdas.publishing.meeting import Meeting
from lambdas.publishing.obstacles import Way, obstacle_of, obstacle_of_container, own_obstacle
from lambdas.publishing.places import container_of, has_video, places, with_container
from lambdas.publishing.progress import WORK, Next, Progress, wait
from lambdas.publishing.quota import QuotaBook
from lambdas.publishing.records import Action, Intent, Post
from lambdas.publishing.states import State

# "Once per minute, for no more than 5 minutes." Source: D:/IP/content-publishing.
CHECK_PAUSE = timedelta(minutes=1)
IMAGE_CEILING, VIDEO_CEILING = timedelta(minutes=5), timedelta(minutes=30)
# Containers expire after 24 hours; one that is nearly that old is not published any more.
LIFETIME = timedelta(hours=23, minutes=30)
# No call of a function that was killed is still on its way after this: the transport gives a change
# 20 seconds.
CALL_LIFETIME = timedelta(minutes=1)


class Files(Protocol):
    """The prepared files of posts, as Instagram finds them."""

    def renew(self, file: Prepared) -> Prepared:
        """Return the same file under a new address: Instagram remembers one that failed."""

    def send(self, account: Account, container_id: str, file: Prepared) -> None:
        """Send a video to Instagram. Raises errors of the Graph client."""


@dataclass(frozen=True)
class Containers:
    """Makes the containers of posts and waits until Instagram has processed them."""

    quota: QuotaBook
    files: Files
    meeting: Meeting
    media_url: str

    def finish(self, progress: Progress, account: Account) -> Next | None:
        """Continue with the containers; return the next step, or None if all are finished."""
        if intent := progress.post.intent:
            return self._after_interruption(progress, intent)
        for item in places(progress.post):
            if item is None and (unfinished := self._await(progress, account)):
                # Items are processed side by side; the post's own container needs all of them.
                return unfinished
            known = container_of(progress.post, item)
            if known is None or not known.id:
                if found := self._create(progress, account, item):
                    return found
            elif not known.uploaded and (found := self._send(progress, account, known)):
                return found
        return self._await(progress, account, own=True)

    def check(self, progress: Progress, account: Account, item: int | None) -> ContainerStatus:
        """Ask for a container's state and record it. Raises errors of the Graph client.

        A container that is not found is in state UNKNOWN: a new one may not be visible yet.
        """
        container = _existing(progress.post, item)
        # Before the call: a worker that is killed after it would ask twice in a minute.
        asked = replace(container, checked_at=progress.now)
        progress.note(with_container(progress.post, item, asked))
        try:
            status = account.publishing.status(container.id)
        except ObjectLag:
            status = ContainerStatus(ContainerState.UNKNOWN)
        if status.state.value != container.state:
            found = replace(asked, state=status.state.value, subcode=status.subcode)
            progress.record(
                Happened.CONTAINER_CHECKED,
                with_container(progress.post, item, found),
                item=item,
                container_id=container.id,
                code=status.state.value.lower(),
            )
        return status

    def _after_interruption(self, progress: Progress, intent: Intent) -> Next:
        """Continue after a worker that was killed while it made a container."""
        age = progress.now - intent.at
        if age < CALL_LIFETIME:
            return wait(CALL_LIFETIME - age)
        # A container whose id is lost is never published, and expires.
        changed = replace(progress.post, intent=None)
        progress.record(Happened.OUTCOME_UNKNOWN, changed, item=intent.item)
        return WORK

    def _create(self, progress: Progress, account: Account, item: int | None) -> Next | None:
        post = progress.post
        if refusal := self.quota.count_container(post.account_id, progress.now):
            obstacle = own_obstacle(Way.REPEAT, refusal.code)
            return self.meeting.pause(progress, obstacle, refusal.until - progress.now)
        known = container_of(post, item)
        number = known.number + 1 if known else 1
        changed = self._with_new_address(post, item) if known else post
        changed = replace(changed, stale_files=_replaced(post, changed))
        intent = Intent(action=Action.CREATE, at=progress.now, item=item)
        progress.record(Happened.CREATING_CONTAINER, replace(changed, intent=intent), item=item)
        try:
            container_id = create_container(account, progress.post, item, self.media_url)
        except GraphError as error:
            # Also if the answer was lost: a container whose id is unknown is never published.
            return self.meeting.meet(progress, obstacle_of(error), item)
        made = Container(
            id=container_id,
            created_at=progress.now,
            number=number,
            uploaded=item is not None or not is_sent(account, progress.post),
        )
        done = replace(with_container(progress.post, item, made), intent=None, waiting=None)
        progress.record(Happened.CONTAINER_CREATED, done, item=item, container_id=container_id)
        return None

    def _with_new_address(self, post: Post, item: int | None) -> Post:
        """Return the post with new addresses of the files that a container is made of."""
        if item is None and len(post.media) > 1:
            return post
        index = item or 0
        prepared = post.media[index].prepared
        if prepared is None:
            return post
        media = list(post.media)
        media[index] = replace(media[index], prepared=self.files.renew(prepared))
        cover = post.prepared_cover
        return replace(
            post, media=tuple(media), prepared_cover=self.files.renew(cover) if cover else None
        )

    def _send(self, progress: Progress, account: Account, container: Container) -> Next | None:
        video, attempts = progress.post.media[0].prepared, progress.post.attempts + 1
        progress.note(replace(progress.post, attempts=attempts))
        try:
            if video:
                self.files.send(account, container.id, video)
        except RequestRefused as error:
            if attempts == 1:
                return self.meeting.meet(progress, obstacle_of(error), None)
            # An earlier attempt has sent everything, and its answer was lost: the state will tell.
        except GraphError as error:
            return self.meeting.meet(progress, obstacle_of(error), None)
        sent = replace(container, uploaded=True, created_at=progress.now)
        changed = replace(with_container(progress.post, None, sent), attempts=0)
        progress.record(Happened.MEDIA_SENT, changed, container_id=container.id)
        return None

    def _await(self, progress: Progress, account: Account, *, own: bool = False) -> Next | None:
        """Ask for unfinished containers; return the pause until the next question, or None."""
        pauses: list[timedelta] = []
        for item in [one for one in places(progress.post) if (one is None) == own]:
            container = _existing(progress.post, item)
            if container.state == ContainerState.PUBLISHED:
                continue
            if container.state == ContainerState.FINISHED:
                if progress.now - container.created_at < LIFETIME:
                    continue
                return self._begin_again(progress, item)
            if pause := until_next_check(container, progress):
                pauses.append(pause)
                continue
            try:
                status = self.check(progress, account, item)
            except GraphError as error:
                return self.meeting.meet(progress, obstacle_of(error), item)
            if found := self._judge(progress, item, status):
                return found
            if status.state not in (ContainerState.FINISHED, ContainerState.PUBLISHED):
                pauses.append(CHECK_PAUSE)
        return wait(min(pauses)) if pauses else None

    def _judge(self, progress: Progress, item: int | None, status: ContainerStatus) -> Next | None:
        container = _existing(progress.post, item)
        match status.state:
            case ContainerState.ERROR:
                return self.meeting.meet(progress, obstacle_of_container(status.subcode), item)
            case ContainerState.EXPIRED:
                return self._begin_again(progress, item)
            case ContainerState.IN_PROGRESS | ContainerState.UNKNOWN:
                is_slow = has_video(progress.post, item)
                ceiling = VIDEO_CEILING if is_slow else IMAGE_CEILING
                if progress.now - container.created_at >= ceiling:
                    timeout = own_obstacle(Way.FAIL, "processing_timeout")
                    progress.fail(timeout.failure(progress.now, item), State.NEEDS_REVIEW)
                    return WORK
        return None

    def _begin_again(self, progress: Progress, item: int | None) -> Next:
        obstacle = own_obstacle(Way.NEW_CONTAINER, "container_expired")
        return self.meeting.meet(progress, obstacle, item)


def _replaced(old: Post, new: Post) -> tuple[str, ...]:
    """Return the keys of files that a post had and has no more."""
    kept = {file.key for file in new.files}
    return (*old.stale_files, *(file.key for file in old.files if file.key not in kept))


def until_next_check(container: Container, progress: Progress) -> timedelta:
    """Return how long a container must not be asked for; nothing if it may be now."""
    if container.checked_at is None:
        return timedelta()
    return max(container.checked_at + CHECK_PAUSE - progress.now, timedelta())


def _existing(post: Post, item: int | None) -> Container:
    container = container_of(post, item)
    if container is None or not container.id:
        raise ValueError("the container does not exist")
    return container
