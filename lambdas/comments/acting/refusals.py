"""Why Instagram did not do something, as a code for programs and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.comments.records import ActionKind
from lambdas.graph import errors

WINDOW_CLOSED = 2534022
# "This person isn't available right now." Source: error codes of the Send API.
PERSON_UNAVAILABLE = 551


@dataclass(frozen=True)
class Refusal:
    """A cause. With `passing` the same call is worth another try later."""

    code: str
    message: str
    passing: bool = False


GONE = Refusal("gone", "It is not on Instagram any more: its author may have deleted it.")
TOO_LATE = Refusal(
    "too_late",
    "Instagram could not be reached in time, so it was given up. Answers of rules are tried for "
    "five minutes, everything else for a day.",
)
UNDONE = Refusal("undone", "It was taken back before it was sent.")
UNCERTAIN = Refusal(
    "outcome_unknown",
    "Instagram's answer was lost, and whether it was done cannot be found out. Look on Instagram, "
    "then do it again if it is missing.",
)
LOGIN_NEEDED = Refusal(
    "reconnect_required",
    "The Instagram account must be connected again. Open GET /instagram/connect.",
)
DISCONNECTED = Refusal("account_disconnected", "The Instagram account is not connected.")
WINDOW = Refusal(
    "window_closed",
    "Instagram allows an answer only within 24 hours of the person's last message.",
)
PRIVATE_REPLY_REFUSED = Refusal(
    "private_reply_refused",
    "Instagram allows one private reply to a comment, within seven days. This one was answered "
    "before, or is too old.",
)
UNAVAILABLE_PERSON = Refusal(
    "person_unavailable", "This person cannot get messages from the account."
)
COMMENTS_CLOSED = Refusal("comments_closed", "Comments are turned off below this post.")
BLOCKED = Refusal(
    "blocked",
    "Instagram took the account's activity for spam. Rules send nothing for 24 hours; look at the "
    "account in the Instagram app.",
)
PERMISSION = Refusal(
    "permission_missing",
    "The connection lacks the permission for this. Connect the account again and allow everything.",
)
NOT_OFFERED = Refusal("not_offered", "This needs an account connected with the Facebook login.")
REFUSED = Refusal("refused_by_instagram", "Instagram refused it.")
PASSING = Refusal(
    "instagram_error", "Instagram did not answer as it should; it is tried again.", passing=True
)
THROTTLED = Refusal(
    "throttled", "Instagram allows no more calls at the moment; it is tried again.", passing=True
)


def refusal_of(error: errors.GraphError, kind: ActionKind) -> Refusal:
    """Return the cause of an error."""
    cause = error.cause
    if cause.subcode == WINDOW_CLOSED:
        return PRIVATE_REPLY_REFUSED if kind is ActionKind.PRIVATE_REPLY else WINDOW
    if cause.code == PERSON_UNAVAILABLE:
        return UNAVAILABLE_PERSON
    match error:
        case errors.Throttled():
            return THROTTLED
        case errors.RetryLater() | errors.UnknownOutcome() | errors.NotReady():
            return PASSING
        case errors.ReconnectRequired():
            return LOGIN_NEEDED
        case errors.ObjectLag():
            return GONE
        case errors.Blocked():
            return BLOCKED
        case errors.PermissionMissing():
            return _forbidden(kind)
        case _:
            offered = error.reason is not errors.ErrorReason.NOT_OFFERED
            return REFUSED if offered else NOT_OFFERED


def _forbidden(kind: ActionKind) -> Refusal:
    """Return what code 10 means, which Instagram uses for more than permissions."""
    if kind is ActionKind.PRIVATE_REPLY:
        return PRIVATE_REPLY_REFUSED
    return PERMISSION
