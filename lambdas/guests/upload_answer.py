"""What announced files get, and the refusal of a request without a good one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import UNSET

from lambdas.guests.views import PostJson, UploadJson, UploadOutcome
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.errors import DaybookError, InvalidRequest, LimitReached
from lambdas.storage.objects import PostGrant


@dataclass(frozen=True)
class UploadAnswer:
    """What one announced file gets."""

    status: UploadOutcome
    id: str | None = None
    post: PostGrant | None = None
    expires_at: datetime | None = None
    error: DaybookError | None = None

    @classmethod
    def refused(cls, error: DaybookError) -> UploadAnswer:
        """Return a refusal."""
        return cls(UploadOutcome.REFUSED, error=error)

    def to_json(self) -> UploadJson:
        """Return the answer in the shape of the contract."""
        return UploadJson(
            id=self.id,
            status=self.status,
            post=PostJson(self.post.url, self.post.fields) if self.post else UNSET,
            expires_at=to_rfc3339(self.expires_at) if self.expires_at else UNSET,
            reason=self.error.code if self.error else UNSET,
            message=self.error.message if self.error else UNSET,
        )


def refusal_of_all(answers: Sequence[UploadAnswer]) -> DaybookError:
    """Return one error for a request without a good file: their common one, or a general one."""
    refusals = [answer.error for answer in answers if answer.error]
    first = refusals[0]
    details = {"uploads": [answer.to_json() for answer in answers]}
    limits = [error for error in refusals if isinstance(error, LimitReached)]
    if len(limits) == len(refusals):
        return LimitReached(
            first.message, code=first.code, retry_after=limits[0].retry_after, details=details
        )
    if len({(type(error), error.code) for error in refusals}) == 1:
        return type(first)(first.message, code=first.code, details=details)
    return InvalidRequest(
        "None of these files can be added.", code="no_valid_file", details=details
    )
