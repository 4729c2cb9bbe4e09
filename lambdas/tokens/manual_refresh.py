"""A refresh that an operator requests: its result, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.graph.errors import ErrorScope, GraphError
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, NotFound, ReauthRequired, Unavailable
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.tokens.bootstrap import (
    AdoptionRunning,
    AdoptionSuspected,
    BootstrapAdoption,
    TokenTooYoung,
)
from lambdas.tokens.connect_failed import ConnectFailed
from lambdas.tokens.failures import ends_connection
from lambdas.tokens.refresh import Refresher
from lambdas.tokens.refresh_result import Outcome, RefreshFailed, Verdict
from lambdas.tokens.views import RefreshJson, TokenSource

RUNNING = "Another refresh of this token is running. Try again in a minute."
TOO_YOUNG = "The token is less than 24 hours old. Instagram refreshes older tokens only."


@dataclass(frozen=True, kw_only=True)
class ManualRefresh:
    """Refreshes one token now, whether or not it is due."""

    refresher: Refresher
    bootstrap: BootstrapAdoption
    clock: Clock

    def refresh(self, record: TokenRecord | None) -> RefreshJson:
        """Refresh an account's token, or without a record the environment's.

        Raises NotFound, Conflict, ReauthRequired or Unavailable if it is not refreshed.
        """
        if record is None or self.bootstrap.replaces(record):
            return self._adopt()
        try:
            result = self.refresher.refresh(record.account_id, forced=True)
        except RefreshFailed as failed:
            raise _failure(failed) from None
        if result.record is None:
            raise unknown_account()
        if result.outcome is Outcome.NEEDS_REAUTH:
            last = result.record.last_error
            meaning = last.meaning if last else "its token is no longer valid"
            raise _reauth_required(result.record, meaning)
        if result.outcome is Outcome.TOO_YOUNG:
            raise Conflict(TOO_YOUNG, code="token_too_young")
        if result.outcome is not Outcome.REFRESHED:
            raise Conflict(RUNNING, code="refresh_running")
        return RefreshJson.of(result.record, TokenSource.STORED, self.clock.now())

    def _adopt(self) -> RefreshJson:
        try:
            adopted = self.bootstrap.adopt(forced=True)
        except AdoptionRunning:
            raise Conflict(RUNNING, code="refresh_running") from None
        except TokenTooYoung:
            raise Conflict(TOO_YOUNG, code="token_too_young") from None
        except AdoptionSuspected as suspected:
            raise _dead_bootstrap(suspected.meaning) from None
        except RefreshFailed as failed:
            raise _dead_bootstrap(failed.meaning) from None
        except ConnectFailed as error:
            message = f"{error.title}. {' '.join(error.advice)}"
            raise ReauthRequired(message, code=error.code) from None
        except GraphError as error:
            if ends_connection(error) and error.scope is not ErrorScope.APP:
                # A token without the id of its account has no record that could say so.
                raise _dead_bootstrap(error.meaning) from None
            raise Unavailable(
                f"Instagram did not refresh the environment's token: {error.meaning}.",
                code="token_refresh_failed",
            ) from None
        if not adopted:
            raise Conflict(
                "The account of this token already has a stored token.", code="refresh_running"
            )
        return RefreshJson.of(adopted[0], TokenSource.ENVIRONMENT, self.clock.now())


def unknown_account() -> NotFound:
    """Return the error for an account that is not connected."""
    return NotFound("No Instagram account with this id is connected.", code="unknown_account")


def _reauth_required(record: TokenRecord, meaning: str) -> ReauthRequired:
    return ReauthRequired(
        f"{record.name} must be connected again: {meaning}. Open GET /instagram/connect and log "
        f"in as {record.name}.",
        code="reconnect_required",
    )


def _dead_bootstrap(meaning: str) -> ReauthRequired:
    return ReauthRequired(
        f"The environment's token is no longer valid ({meaning}). Connect the account at GET "
        "/instagram/connect, or deploy with a new token.",
        code="reconnect_required",
    )


def _failure(failed: RefreshFailed) -> ReauthRequired | Unavailable:
    if failed.verdict in (Verdict.NEEDS_REAUTH, Verdict.SUSPECTED):
        return _reauth_required(failed.record, failed.meaning)
    return Unavailable(
        f"Instagram did not refresh the token: {failed.meaning}. It stays valid, and the next "
        "attempt is scheduled.",
        code="token_refresh_failed",
    )
