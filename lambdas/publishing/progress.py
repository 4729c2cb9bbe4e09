"""A post in work: its row as it is now, and the writes that record how far it is."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

import msgspec

from lambdas.kit.clock import Clock
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.ledger import Ledger
from lambdas.publishing.records import Failure, Post
from lambdas.publishing.states import State

# A waiting execution looks at its post at least this often: it may have been cancelled.
MAX_WAIT = timedelta(hours=1)


class NextStep(enum.StrEnum):
    """What the state machine does next."""

    WORK = "work"
    PREPARE = "prepare"
    WAIT = "wait"
    DONE = "done"


@dataclass(frozen=True)
class Next:
    """What the state machine does next; `seconds` is how long it waits."""

    step: NextStep
    seconds: int = 0

    def to_json(self) -> dict[str, object]:
        """Return it as the state machine reads it."""
        return {"next": self.step.value, "wait_seconds": self.seconds}


WORK, PREPARE, DONE = Next(NextStep.WORK), Next(NextStep.PREPARE), Next(NextStep.DONE)


def wait(pause: timedelta) -> Next:
    """Return a pause of at least a second and at most an hour."""
    seconds = math.ceil(min(pause, MAX_WAIT).total_seconds())
    return Next(NextStep.WAIT, max(seconds, 1))


class StepDetails(TypedDict, total=False):
    """What a step of the history says beside what happened."""

    item: int | None
    container_id: str | None
    media_id: str | None
    error: str | None
    code: str | None
    until: datetime | None


class Progress:
    """One post in work. Every write raises ConflictError if another worker was faster."""

    def __init__(self, post: Post, ledger: Ledger, clock: Clock) -> None:
        self.post = post
        self._ledger = ledger
        self._clock = clock

    @property
    def now(self) -> datetime:
        """Return the current time."""
        return self._clock.now()

    def record(self, what: Happened, changed: Post, **details: Unpack[StepDetails]) -> None:
        """Save the post, and what happened as a step of its history."""
        step = Step(what=what, at=self.now, state=changed.state, **details)
        self._save(changed, step)

    def note(self, changed: Post) -> None:
        """Save the post without a step."""
        self._save(changed, None)

    def fail(self, failure: Failure, state: State = State.FAILED) -> None:
        """End the post with a failure. Raises ValueError for one that is on Instagram."""
        if self.post.state is State.PUBLISHED:
            raise ValueError("a post that is published does not fail")
        happened = Happened.FAILED if state is State.FAILED else Happened.NEEDS_REVIEW
        ended = msgspec.structs.replace(
            self.post, state=state, failure=failure, intent=None, waiting=None, reported=False
        )
        self.record(happened, ended, code=failure.code, error=failure.message, item=failure.item)

    def _save(self, changed: Post, step: Step | None) -> None:
        current = msgspec.structs.replace(changed, updated_at=self.now)
        self.post = self._ledger.save(self.post, current, step)
