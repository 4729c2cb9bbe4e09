"""Refreshes the token of one account, under a lease: of all who try, one makes the call."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from aws_lambda_powertools import Logger

from lambdas.graph.errors import GraphError
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import ConflictError
from lambdas.storage.accounts.audit import AuditTrail, Happening
from lambdas.storage.accounts.token_record import LastError, State, Task, TokenRecord
from lambdas.tokens import schedule
from lambdas.tokens.failures import Failures
from lambdas.tokens.refresh_result import Outcome, Result
from lambdas.tokens.renewal import Renewal
from lambdas.tokens.token_store import TokenStore
from lambdas.tokens.verification import Verifier, ended

# Longer than all calls of a renewal together may take.
LEASE = timedelta(seconds=75)
POLL_SECONDS = 0.2
# Shorter than the function's own time limit.
MAX_WAIT = timedelta(seconds=40)


@dataclass(frozen=True, kw_only=True)
class Refresher:
    """Refreshes accounts one by one."""

    store: TokenStore
    renewal: Renewal
    failures: Failures
    verifier: Verifier
    audit: AuditTrail
    clock: Clock
    logger: Logger
    rng: random.Random
    lead: timedelta
    sleep: Callable[[float], None] = time.sleep

    def refresh(self, account_id: str, *, forced: bool = False) -> Result:
        """Refresh an account if it is due, or in any case if an operator asks (`forced`).

        Raises RefreshFailed after the failure is recorded.
        """
        record, now = self.store.get(account_id), self.clock.now()
        if record is None or record.state is State.DISCONNECTED:
            return Result(Outcome.GONE, None)
        if record.state is State.RECONNECT_REQUIRED:
            return Result(Outcome.NEEDS_REAUTH, record)
        if reason := ended(record, now):
            return self.failures.require_reauth(record, LastError(now, reason))
        if record.suspicion and not forced:
            return self._confirm(record)
        if forced and record.leased(now):
            return Result(Outcome.RUNNING, record)
        if schedule.is_too_young(record, now):
            return Result(Outcome.TOO_YOUNG, record)
        if not forced and not schedule.is_due(record, now, self.lead):
            return Result(Outcome.NOT_DUE, record)
        return self._attempt(record)

    def _confirm(self, record: TokenRecord) -> Result:
        """Make the second call for a token that Meta called dead before."""
        now, suspicion = self.clock.now(), record.suspicion
        if suspicion is None or now - suspicion.at < self.failures.confirm_after:
            return Result(Outcome.NOT_DUE, record)
        if suspicion.task is Task.VERIFY or not schedule.may_attempt(record, now):
            return self.verifier.verify(record.account_id)
        return self._attempt(record)

    def _attempt(self, record: TokenRecord) -> Result:
        owner, now = f"{self.rng.getrandbits(64):016x}", self.clock.now()
        try:
            held = self.store.acquire(record, owner, now, LEASE)
        except ConflictError:
            return self._wait_for_another(record)
        try:
            renewed = self.renewal.renew(held, self.store.secrets(held))
            due = schedule.next_refresh(renewed.record, self.lead, self.rng)
            record = replace(renewed.record, next_refresh_at=due)
            done = self.store.commit(held, record, renewed.secrets)
        except ConflictError:
            # The account was connected meanwhile: that token is newer, and this one is dropped.
            return Result(Outcome.BY_ANOTHER, self.store.get(held.account_id))
        except GraphError as error:
            return self.failures.handle(held, error, Task.REFRESH)
        except Exception as error:
            meaning = f"the token could not be read or written ({type(error).__name__})"
            self.failures.record_passing(held, LastError(self.clock.now(), meaning))
            raise
        ends = to_rfc3339(done.expires_at) if done.expires_at else None
        self.audit.add(done.account_id, self.clock.now(), Happening.REFRESHED, expires_at=ends)
        extra = {"account": done.account_id, "expires_at": ends}
        self.logger.info("token refreshed", extra=extra)
        return Result(Outcome.REFRESHED, done)

    def _wait_for_another(self, seen: TokenRecord) -> Result:
        """Wait for the caller that holds the lease: its new token is ours too."""
        end = self.clock.now() + MAX_WAIT
        while True:
            record = self.store.get(seen.account_id)
            if record is None or record.state is State.DISCONNECTED:
                return Result(Outcome.GONE, None)
            if record.version != seen.version:
                return Result(Outcome.BY_ANOTHER, record)
            if record.state is State.RECONNECT_REQUIRED:
                return Result(Outcome.NEEDS_REAUTH, record)
            now = self.clock.now()
            if not record.leased(now) or now >= end:
                return Result(Outcome.RUNNING if record.leased(now) else Outcome.NOT_DUE, record)
            self.sleep(POLL_SECONDS)
