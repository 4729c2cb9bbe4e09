"""Why Instagram did not do something, as a code for programs and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.comments.records import ActionKind
from lambdas.graph import errors


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
SUPERSEDED = Refusal("superseded", "The opposite was wanted before this was done.")
ANSWERED = Refusal("answered_by_person", "A person answered before the rule's answer was sent.")
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
OTHER_APP = Refusal(
    "other_app", "Another app has this conversation; answer it there, or take it over first."
)
MESSAGES_OFF = Refusal(
    "messages_off",
    "The account does not let apps read and send its messages. Switch that on in the Instagram "
    "app: Settings, Messages and story replies, Message controls, Connected tools.",
)
CLOSED_OR_FORBIDDEN = Refusal(
    "comments_closed",
    "Instagram refused it. Comments may be turned off below this post; otherwise the connection "
    "lacks the permission.",
)
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


# By Instagram's code and subcode, where they say more than the kind of error. Source: error codes
# of the Send API and of private replies.
KNOWN = {
    (None, 2534022): WINDOW,
    (None, 2534025): PRIVATE_REPLY_REFUSED,
    (10900, None): PRIVATE_REPLY_REFUSED,
    (551, None): UNAVAILABLE_PERSON,
    (None, 2534014): UNAVAILABLE_PERSON,
    (None, 2534037): OTHER_APP,
    (None, 2018300): OTHER_APP,
    (None, 2534041): MESSAGES_OFF,
}


def refusal_of(error: errors.GraphError, kind: ActionKind) -> Refusal:
    """Return the cause of an error."""
    cause = error.cause
    known = KNOWN.get((None, cause.subcode)) or KNOWN.get((cause.code, None))
    if known:
        is_private = kind is ActionKind.PRIVATE_REPLY and known is WINDOW
        return PRIVATE_REPLY_REFUSED if is_private else known
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
            return _forbidden(error, kind)
        case _:
            offered = error.reason is not errors.ErrorReason.NOT_OFFERED
            return REFUSED if offered else NOT_OFFERED


def _forbidden(error: errors.PermissionMissing, kind: ActionKind) -> Refusal:
    """Return what a missing permission means; code 10 is also used for closed comments."""
    unclear = error.scope is errors.ErrorScope.UNCLEAR
    if unclear and kind in (ActionKind.REPLY, ActionKind.MENTION_REPLY):
        return CLOSED_OR_FORBIDDEN
    return PERMISSION
