"""What stands in a post's way, and what to do about it.

An obstacle comes from an error of the Graph client, from the state of a container, or from us.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.graph import errors
from lambdas.publishing.failures import FailureKind, failure_kind, failure_of_subcode
from lambdas.publishing.records import Failure


class Way(enum.StrEnum):
    """What to do about an obstacle."""

    REPEAT = "repeat"
    """The same call may succeed later."""
    WAIT_UNTIL_READY = "wait_until_ready"
    NEW_CONTAINER = "new_container"
    RECONNECT = "reconnect"
    """Only the account's owner can help; the post waits."""
    STOP = "stop"
    """All posts of the account stop, until a person has looked."""
    FAIL = "fail"


@dataclass(frozen=True)
class Obstacle:
    """What to do, the failure it would be, and how long to wait if that is known.

    `detail` holds Meta's numbers, for the history.
    """

    way: Way
    kind: FailureKind
    detail: str = ""
    pause: timedelta | None = None

    @property
    def code(self) -> str:
        """Return the code of the cause."""
        return self.kind.code

    def failure(self, at: datetime, item: int | None = None) -> Failure:
        """Return the failure of a post that ends here."""
        return Failure(
            code=self.kind.code,
            message=self.kind.message,
            at=at,
            retryable=self.kind.retryable,
            item=item,
        )


def own_obstacle(way: Way, code: str) -> Obstacle:
    """Return an obstacle that we found ourselves, by its code in the table of failures."""
    return Obstacle(way, failure_kind(code))


def obstacle_of(error: errors.GraphError) -> Obstacle:
    """Return the obstacle that an error of a call is."""
    way, kind = _way(error), _kind(error)
    if way is Way.WAIT_UNTIL_READY and kind.new_container:
        way = Way.NEW_CONTAINER
    pause = error.retry_after if isinstance(error, errors.RetryLater) else None
    return Obstacle(way, kind, str(error), pause)


def obstacle_of_container(subcode: int | None) -> Obstacle:
    """Return the obstacle that a container in state ERROR is; its cause may not be given."""
    if subcode is None:
        return own_obstacle(Way.NEW_CONTAINER, "video_processing_failed")
    kind = failure_of_subcode(subcode)
    way = Way.NEW_CONTAINER if kind.new_container and kind.automatic else Way.FAIL
    return Obstacle(way, kind, f"subcode {subcode}")


def _way(error: errors.GraphError) -> Way:
    match error:
        case errors.ReconnectRequired():
            return Way.RECONNECT
        case errors.Blocked():
            return Way.STOP
        case errors.NotReady() | errors.ObjectLag():
            return Way.WAIT_UNTIL_READY
        case errors.StartAgain():
            return Way.NEW_CONTAINER
        case errors.RetryLater() | errors.UnknownOutcome():
            return Way.REPEAT
        case _:
            return Way.FAIL


def _kind(error: errors.GraphError) -> FailureKind:
    """Return the cause: by Instagram's numbers, or by what kind of error it is without them."""
    cause = error.cause
    if cause.code is not None or cause.subcode is not None:
        return failure_of_subcode(cause.subcode, cause.code)
    match error:
        case errors.Throttled():
            return failure_kind("throttled")
        case errors.RetryLater() | errors.UnknownOutcome():
            return failure_kind("instagram_error")
        case errors.ReconnectRequired():
            return failure_kind("reconnect_required")
        case errors.PermissionMissing():
            return failure_kind("permission_missing")
        case _:
            return failure_kind("refused_by_instagram")
