"""The errors of a Graph call, as a tree of what the caller can do. The client raises nothing else.

GraphError
├── RetryLater            the same call may succeed later; `retry_after` says when, if known
│   ├── Throttled         Meta, or our own budget, allows no call before then
│   └── OddEntries        a list was read to its end, without entries that have no usable id
├── ReconnectRequired     the token is dead: the account owner has to log in again
├── PermissionMissing     a permission was not granted, or was revoked
├── RequestRefused        the call cannot succeed as it is: change it
│   └── SecretProofRequired   the app demands `appsecret_proof`: switch the setting on
├── NotReady              a container is still being processed: wait for FINISHED, then repeat
├── ObjectLag             the object is not there, or not yet: a new one may still appear
├── StartAgain            the code was used or the container expired: begin from the first step
├── NoData                there are no numbers, and that is no failure
├── Blocked               judged as spam, against policy, or restricted: stop and notify an operator
└── UnknownOutcome        a change may or may not have happened: read it back first
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta


class ErrorScope(enum.StrEnum):
    """What an error concerns, decided by the table of error rules."""

    CALL = "call"
    """This call alone: its parameters, its object, or a passing fault."""
    ACCOUNT = "account"
    """The account or its token."""
    APP = "app"
    """The app, and so every account of it: never end an account because of it."""
    UNCLEAR = "unclear"
    """The account or the app: confirm with a second call, or with another account."""


class ErrorReason(enum.StrEnum):
    """Causes that need a message of their own."""

    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    """The app has a list of addresses that may call, without this server's."""
    API_DEACTIVATED = "api_deactivated"
    APP_CREDENTIALS_WRONG = "app_credentials_wrong"
    CODE_UNUSABLE = "code_unusable"
    EXCHANGE_REFUSED = "exchange_refused"
    NOT_SHORT_LIVED = "not_short_lived"
    OUT_OF_TIME = "out_of_time"
    """The operation's time ended before the call was made."""
    PROOF_INVALID = "proof_invalid"
    PROOF_REQUIRED = "proof_required"
    REDIRECT_MISMATCH = "redirect_mismatch"
    TOKEN_NOT_ACCEPTED = "token_not_accepted"  # noqa: S105
    TOO_FEW_VIEWERS = "too_few_viewers"
    """A story has too few viewers for Meta to show their numbers."""
    VERSION_RETIRED = "version_retired"
    NOT_OFFERED = "not_offered"
    """The login type does not offer what was asked for; no call was made."""


@dataclass(frozen=True)
class Cause:
    """The numbers of a failed call; never a token, an address or text that Meta wrote."""

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
    """Base of all errors of the client. `meaning` is the sentence of the rule that decided."""

    scope: ErrorScope = ErrorScope.CALL
    reason: ErrorReason | None = None

    def __init__(self, cause: Cause | None = None, meaning: str = "") -> None:
        self.cause = cause or Cause()
        self.meaning = meaning
        super().__init__(f"{meaning} ({self.cause})" if meaning else str(self.cause))

    @property
    def concerns_app(self) -> bool:
        """Whether the app is at fault, or may be: no reason to end a single account."""
        return self.scope in (ErrorScope.APP, ErrorScope.UNCLEAR)


class RetryLater(GraphError):
    """The same call may succeed later. `retry_after` is None if the time is unknown."""

    def __init__(
        self, cause: Cause | None = None, meaning: str = "", retry_after: timedelta | None = None
    ) -> None:
        super().__init__(cause, meaning)
        self.retry_after = retry_after


class Throttled(RetryLater):
    """Too many calls; calling on prolongs the block. `of_app`: it holds for the whole app."""

    def __init__(
        self,
        cause: Cause | None = None,
        meaning: str = "",
        retry_after: timedelta | None = None,
        *,
        of_app: bool = False,
    ) -> None:
        super().__init__(cause, meaning, retry_after)
        self.scope = ErrorScope.APP if of_app else ErrorScope.ACCOUNT

    @property
    def of_app(self) -> bool:
        """Whether the limit is the app's and not the account's."""
        return self.scope is ErrorScope.APP


class OddEntries(RetryLater):
    """A list was read to its end, and holds entries without a usable id: others are as they are."""


class ReconnectRequired(GraphError):
    """The token is dead: the account owner has to log in again."""

    scope = ErrorScope.ACCOUNT


class PermissionMissing(GraphError):
    """A permission was not granted or was revoked; `permission` is its name, if it is known."""

    scope = ErrorScope.ACCOUNT

    def __init__(
        self, cause: Cause | None = None, meaning: str = "", permission: str | None = None
    ) -> None:
        super().__init__(cause, meaning)
        self.permission = permission


class RequestRefused(GraphError):
    """The call cannot succeed as it is: change it."""


class SecretProofRequired(RequestRefused):
    """The app demands `appsecret_proof` with every call."""

    scope = ErrorScope.APP
    reason = ErrorReason.PROOF_REQUIRED


class NotReady(GraphError):
    """A container is still being processed: wait until it is FINISHED, then repeat the call."""


class ObjectLag(GraphError):
    """The object is missing or not visible. One that was just made may appear: look again."""


class StartAgain(GraphError):
    """The code was used or the container expired: begin again from the first step."""


class NoData(GraphError):
    """There are no numbers: too few viewers, or media older than the professional account."""


class Blocked(GraphError):
    """Judged as spam, against policy, or restricted: stop, and notify an operator."""

    scope = ErrorScope.ACCOUNT


class UnknownOutcome(GraphError):
    """A change may or may not have happened: read it back, never repeat it blindly."""
