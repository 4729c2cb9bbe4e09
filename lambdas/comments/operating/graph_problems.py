"""Errors of reading from Instagram, as what an operator can do about them."""

from __future__ import annotations

from datetime import timedelta

from lambdas.graph import errors
from lambdas.kit.errors import (
    Conflict,
    DaybookError,
    LimitReached,
    NotConfigured,
    NotFound,
    ReauthRequired,
    Unavailable,
)

DEFAULT_WAIT = timedelta(minutes=1)
NEEDS_FACEBOOK_LOGIN = (
    "Instagram offers this only to accounts that are connected with the Facebook login. Connect "
    "this account with it: GET /instagram/connect."
)


def needs_facebook_login() -> Conflict:
    """Return the error for an account with the other login."""
    return Conflict(NEEDS_FACEBOOK_LOGIN, code="needs_facebook_login")


def problem_of(error: errors.GraphError, not_found: NotFound) -> DaybookError:
    """Return what an operator is answered; `not_found` is for what Instagram does not show."""
    if error.reason is errors.ErrorReason.NOT_OFFERED:
        return needs_facebook_login()
    match error:
        case errors.Throttled():
            return LimitReached(
                "Instagram allows no more calls at the moment. Try again later.",
                retry_after=_seconds(error),
                code="throttled",
            )
        case errors.RetryLater():
            return Unavailable(
                "Instagram did not answer as it should. Try again in a minute.",
                retry_after=_seconds(error),
                code="instagram_unavailable",
            )
        case errors.ReconnectRequired():
            return ReauthRequired(
                "The Instagram account must be connected again. Open GET /instagram/connect.",
                code="reconnect_required",
            )
        case errors.PermissionMissing():
            return ReauthRequired(
                "The connection lacks the permission for this. Connect the account again and "
                "allow everything.",
                code="permission_missing",
            )
        case errors.Blocked():
            return Conflict(
                "Instagram restricts the account. Look at it in the Instagram app.", code="blocked"
            )
        case errors.SecretProofRequired():
            return NotConfigured(
                "The Meta app demands a proof of its secret: switch the setting on.",
                code="proof_required",
            )
        case errors.RequestRefused() | errors.ObjectLag() | errors.NoData():
            return not_found
        case _:
            return Unavailable(
                "Instagram did not answer as it should. Try again in a minute.",
                code="instagram_unavailable",
            )


def _seconds(error: errors.RetryLater) -> int:
    wait = error.retry_after or DEFAULT_WAIT
    return max(int(wait.total_seconds()), 1)
