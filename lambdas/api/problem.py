"""Errors as HTTP answers: the only place that knows which error has which status."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from lambdas.kit import errors

# The first class that an error is an instance of decides (RFC 9110 for 429 RFC 6585, for 424 RFC 4918).
STATUSES: tuple[tuple[type[errors.DaybookError], HTTPStatus], ...] = (
    (errors.UnsupportedType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (errors.TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (errors.InvalidRequest, HTTPStatus.BAD_REQUEST),
    (errors.NotFound, HTTPStatus.NOT_FOUND),
    (errors.Forbidden, HTTPStatus.FORBIDDEN),
    (errors.Conflict, HTTPStatus.CONFLICT),
    (errors.ReauthRequired, HTTPStatus.FAILED_DEPENDENCY),
    (errors.Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (errors.NotConfigured, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.LimitReached, HTTPStatus.TOO_MANY_REQUESTS),
)


def status_of(error: errors.DaybookError) -> HTTPStatus:
    """The status an error is answered with; 500 for one that has no place in the table."""
    return next(
        (status for kind, status in STATUSES if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def headers_of(error: errors.DaybookError) -> dict[str, str]:
    """Headers that belong to an error."""
    return (
        {"Retry-After": str(error.retry_after)}
        if isinstance(error, errors.LimitReached | errors.Unavailable)
        else {}
    )


def envelope(error: errors.DaybookError, request_id: str) -> dict[str, Any]:
    """The body that every error of the API has; whatever else the error has to say stands beside it."""
    return {
        "error": {"code": error.code, "message": error.message, "request_id": request_id},
        **error.details,
    }
