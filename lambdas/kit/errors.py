"""What can go wrong, as a tree of what the caller can do about it. Status codes are the API layer's affair."""

from __future__ import annotations

from typing import Any


class DaybookError(Exception):
    """Base of all errors that a caller is told of.

    `code` is for programs and never changes its meaning; `message` is a sentence for a person and holds nothing secret.
    `details` stand beside the error in the answer.
    """

    code = "internal"

    def __init__(
        self, message: str, *, code: str | None = None, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = details or {}


class InvalidRequest(DaybookError):
    """The request can never succeed as it is: change it."""

    code = "invalid_request"


class UnsupportedType(InvalidRequest):
    """The body is of a type that the route does not take."""

    code = "unsupported_type"


class TooLarge(InvalidRequest):
    """The request, or what it announces, is over a limit."""

    code = "too_large"


class NotFound(DaybookError):
    """There is nothing here, or nothing that this caller may know of."""

    code = "not_found"


class Forbidden(DaybookError):
    """The caller is known and may not do this."""

    code = "forbidden"


class Conflict(DaybookError):
    """Something else is going on, or it is too early: the same request may succeed later."""

    code = "conflict"


class ReauthRequired(DaybookError):
    """Nothing but a person's own action, such as a new login, can make it work again."""

    code = "person_needed"


class NotConfigured(DaybookError):
    """The site lacks something that whoever runs it has to provide."""

    code = "not_configured"


class Unavailable(DaybookError):
    """Somebody else's system did not do its part; trying again makes sense after `retry_after` seconds."""

    code = "unavailable"

    def __init__(
        self,
        message: str,
        *,
        retry_after: int = 60,
        code: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code=code, details=details)
        self.retry_after = retry_after


class LimitReached(DaybookError):
    """A quota is used up; trying again makes sense after `retry_after` seconds."""

    code = "limit_reached"

    def __init__(
        self,
        message: str,
        *,
        retry_after: int,
        code: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code=code, details=details)
        self.retry_after = retry_after
