"""Errors as a tree of what the caller can do about them. Only `lambdas/api` knows status codes."""

from __future__ import annotations

from collections.abc import Mapping


class DaybookError(Exception):
    """Base of all errors that are reported to a caller.

    `code` is for programs and never changes its meaning; `message` is a sentence for a person and
    holds nothing secret; `details` are added to the answer beside the error.
    """

    code = "internal"

    def __init__(
        self, message: str, *, code: str | None = None, details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = dict(details or {})


class InvalidRequest(DaybookError):
    """The request cannot succeed as it is."""

    code = "invalid_request"


class UnsupportedType(InvalidRequest):
    """The route does not accept a body of this type."""

    code = "unsupported_type"


class TooLarge(InvalidRequest):
    """The request, or a file it announces, exceeds a limit."""

    code = "too_large"


class NotFound(DaybookError):
    """Nothing exists here that this caller may know of."""

    code = "not_found"


class Gone(NotFound):
    """What was here has been deleted, and will not come back."""

    code = "gone"


class Unauthenticated(DaybookError):
    """The caller has not shown who they are."""

    code = "unauthenticated"


class Forbidden(DaybookError):
    """The caller is known but may not do this."""

    code = "forbidden"


class Conflict(DaybookError):
    """Another change is in progress, or it is too early: the same request may succeed later."""

    code = "conflict"


class ReauthRequired(DaybookError):
    """Only the account owner's new login can make it work again."""

    code = "reauth_required"


class NotConfigured(DaybookError):
    """The platform engineer has to provide a missing setting."""

    code = "not_configured"


class RetryableError(DaybookError):
    """The same request may succeed after `retry_after` seconds."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: int = 60,
        code: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, code=code, details=details)
        self.retry_after = retry_after


class Unavailable(RetryableError):
    """Another system did not respond as it should."""

    code = "unavailable"


class LimitReached(RetryableError):
    """A quota is used up."""

    code = "limit_reached"


class ConflictError(Exception):
    """A stored record changed since it was read: read it again and drop the write."""
