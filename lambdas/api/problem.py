"""Errors as HTTP answers: the only place that maps an error to a status."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.kit import errors

# The first matching class decides. Sources: RFC 9110; 424 from RFC 4918, 429 from RFC 6585.
STATUSES: tuple[tuple[type[errors.DaybookError], HTTPStatus], ...] = (
    (errors.UnsupportedType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (errors.TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (errors.InvalidRequest, HTTPStatus.BAD_REQUEST),
    (errors.Gone, HTTPStatus.GONE),
    (errors.NotFound, HTTPStatus.NOT_FOUND),
    (errors.Unauthenticated, HTTPStatus.UNAUTHORIZED),
    (errors.Forbidden, HTTPStatus.FORBIDDEN),
    (errors.Conflict, HTTPStatus.CONFLICT),
    (errors.ReauthRequired, HTTPStatus.FAILED_DEPENDENCY),
    (errors.NotConfigured, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.LimitReached, HTTPStatus.TOO_MANY_REQUESTS),
    (errors.RetryableError, HTTPStatus.SERVICE_UNAVAILABLE),
)


def status_of(error: errors.DaybookError) -> HTTPStatus:
    """Return the status of an error; 500 for a class that is not in the table."""
    return next(
        (status for kind, status in STATUSES if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def headers_of(error: errors.DaybookError) -> dict[str, str]:
    """Return the headers that belong to an error."""
    if isinstance(error, errors.RetryableError):
        return {"Retry-After": str(error.retry_after)}
    return {}


def envelope(error: errors.DaybookError, request_id: str) -> dict[str, object]:
    """Return the body that every error of the API has, with the error's details beside it."""
    described = {"code": error.code, "message": error.message, "request_id": request_id}
    return {"error": described, **error.details}
