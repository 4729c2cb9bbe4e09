"""What a Graph call can end in, as a tree of what the caller can do about it. Nothing else ever leaves the client.

GraphError
├── RetryLater            the same call may succeed later; `retry_after` says when, if that is known
│   └── Throttled         Meta, or our own budget, allows no call before then
├── ReconnectRequired     the token is dead: a person has to log in again
├── PermissionMissing     a permission was not granted, or was taken back
├── RequestRefused        the call cannot succeed as it is: change it
├── NotReady              a container is still being processed: wait for FINISHED, then the same call again
├── ObjectLag             the object is not there, or not yet: one that we just made may appear
├── StartAgain            what was begun is gone (code used, container expired): begin again from the first step
├── NoData                there is nothing to tell, and that is no failure
├── Blocked               judged as spam or against policy, or the account is restricted: stop and tell a person
└── UnknownOutcome        a change may or may not have happened: read it back before anything else
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Cause:
    """What is known of a failed call. Numbers and ids only: neither token nor address nor anything that Meta wrote for people."""

    status: int | None = None
    code: int | None = None
    subcode: int | None = None
    trace_id: str | None = None
    edge: str | None = None

    def __str__(self) -> str:
        known = {
            name.replace("_", " "): value for name, value in vars(self).items() if value is not None
        }
        return ", ".join(f"{name} {value}" for name, value in known.items()) or "no answer"


class GraphError(Exception):
    """Base of all errors of the client. `meaning` is a sentence of ours about the row of the table that decided."""

    def __init__(self, cause: Cause | None = None, meaning: str = "") -> None:
        self.cause = cause or Cause()
        self.meaning = meaning
        super().__init__(f"{meaning} ({self.cause})" if meaning else str(self.cause))


class RetryLater(GraphError):
    """The same call may succeed later. `retry_after` is None where nobody said when."""

    def __init__(
        self, cause: Cause | None = None, meaning: str = "", retry_after: timedelta | None = None
    ) -> None:
        super().__init__(cause, meaning)
        self.retry_after = retry_after


class Throttled(RetryLater):
    """Too many calls. Calling on prolongs the block. `of_app` is whether it holds for the whole app or for this account alone."""

    def __init__(
        self,
        cause: Cause | None = None,
        meaning: str = "",
        retry_after: timedelta | None = None,
        *,
        of_app: bool = False,
    ) -> None:
        super().__init__(cause, meaning, retry_after)
        self.of_app = of_app


class ReconnectRequired(GraphError):
    """The token is dead: a person has to log in again."""


class PermissionMissing(GraphError):
    """A permission was not granted, or was taken back. `permission` is the edge's scope, where there is just one."""

    def __init__(
        self, cause: Cause | None = None, meaning: str = "", permission: str | None = None
    ) -> None:
        super().__init__(cause, meaning)
        self.permission = permission


class RequestRefused(GraphError):
    """The call cannot succeed as it is: change it."""


class NotReady(GraphError):
    """A container is still being processed: wait until it is FINISHED, then make the same call again."""


class ObjectLag(GraphError):
    """The object is not there or not visible: one that was made a moment ago may appear, so look again before giving up."""


class StartAgain(GraphError):
    """What was begun is gone: begin again from the first step (a new login, a new container)."""


class NoData(GraphError):
    """There is nothing to tell, and that is no failure: too few viewers, media older than the professional account."""


class Blocked(GraphError):
    """Judged as spam or against policy, or the account is restricted: stop, and tell a person."""


class UnknownOutcome(GraphError):
    """A change may or may not have happened: read it back before anything else, never repeat it blindly."""
