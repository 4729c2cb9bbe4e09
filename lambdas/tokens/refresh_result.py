"""How a refresh or a verification of one account ended."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from lambdas.storage.accounts.token_record import TokenRecord


class Outcome(enum.StrEnum):
    """How an attempt ended that did not fail."""

    REFRESHED = "refreshed"
    BY_ANOTHER = "by_another"
    """Another caller changed the record meanwhile; the result holds the new one."""
    NOT_DUE = "not_due"
    RUNNING = "running"
    TOO_YOUNG = "too_young"
    NEEDS_REAUTH = "needs_reauth"
    RECOVERED = "recovered"
    """An account that needed a new login works again."""
    GONE = "gone"


@dataclass(frozen=True)
class Result:
    """An outcome, and the record as it is now; None if the account is not connected."""

    outcome: Outcome
    record: TokenRecord | None


class Verdict(enum.StrEnum):
    """What a failure means for the account."""

    PASSING = "passing"
    """The next attempt may succeed."""
    SUSPECTED = "suspected"
    """Meta says that the token is dead; a second answer has to confirm it."""
    APP_AT_FAULT = "app_at_fault"
    """Meta refuses the app, and so every account of it."""
    NEEDS_REAUTH = "needs_reauth"
    """Only a new login of the account owner helps."""


class RefreshFailed(Exception):
    """An attempt failed, and that is recorded. `meaning` says why, without a secret."""

    def __init__(self, record: TokenRecord, meaning: str, verdict: Verdict) -> None:
        super().__init__(f"{record.account_id}: {meaning}")
        self.record = record
        self.meaning = meaning
        self.verdict = verdict

    @property
    def needs_reauth(self) -> bool:
        """Return whether only a new login helps."""
        return self.verdict is Verdict.NEEDS_REAUTH
