"""Keeps one account's token alive: under a lease, so that of all who try only one calls; what failed is written before it is raised."""

from __future__ import annotations

import contextlib
import enum
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from lambdas.graph.errors import GraphError, PermissionMissing, ReconnectRequired, Throttled
from lambdas.kit.clock import Clock
from lambdas.storage.accounts.audit import AuditTrail, Happening
from lambdas.storage.accounts.token_record import LastError, State, TokenRecord
from lambdas.tokens import schedule
from lambdas.tokens.notice import Notices
from lambdas.tokens.renewal import Renewal
from lambdas.tokens.token_store import ConflictError, TokenStore

# Longer than all calls of a renewal together may take.
LEASE = timedelta(seconds=75)
POLL_SECONDS = 0.2
# Shorter than the function's own limit.
MAX_WAIT = timedelta(seconds=40)
EXPIRED = "the token expired before it could be refreshed"
LAPSED = "its owner's consent to data access lapsed, 90 days after their last login"


class Outcome(enum.StrEnum):
    """How a call for a refresh ended that did not fail."""

    REFRESHED = "refreshed"
    BY_ANOTHER = "by_another"
    """Somebody else refreshed it meanwhile; the record is the new one."""
    NOT_DUE = "not_due"
    RUNNING = "running"
    TOO_YOUNG = "too_young"
    NEEDS_REAUTH = "needs_person"
    GONE = "gone"


@dataclass(frozen=True)
class Result:
    """An outcome, and the record as it is now; None if the account is not connected."""

    outcome: Outcome
    record: TokenRecord | None


class RefreshFailed(Exception):
    """A refresh failed, and that is written. `needs_person` is whether only a person can help."""

    def __init__(self, record: TokenRecord, meaning: str, *, needs_reauth: bool) -> None:
        super().__init__(f"{record.account_id}: {meaning}")
        self.record = record
        self.meaning = meaning
        self.needs_reauth = needs_reauth


class Refresher:
    """Refreshes accounts one by one."""

    def __init__(
        self,
        store: TokenStore,
        renewal: Renewal,
        audit: AuditTrail,
        notices: Notices,
        clock: Clock,
        logger: Logger,
        lead: timedelta,
        rng: random.Random,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._renewal = renewal
        self._audit = audit
        self._notices = notices
        self._clock = clock
        self._logger = logger
        self._lead = lead
        self._sleep = sleep
        self._rng = rng

    def refresh(self, account_id: str, *, forced: bool = False) -> Result:
        """Refreshes an account if it is due (or in any case, if `forced` by a person). Raises RefreshFailed once the failure is written."""
        record, now = self._live(account_id), self._clock.now()
        if isinstance(record, Result):
            return record
        if forced and record.leased(now):
            return Result(Outcome.RUNNING, record)
        if schedule.is_too_young(record, now):
            return Result(Outcome.TOO_YOUNG, record)
        if not forced and not schedule.is_due(record, now, self._lead):
            return Result(Outcome.NOT_DUE, record)
        try:
            held = self._store.acquire(record, f"{self._rng.getrandbits(64):016x}", now, LEASE)
        except ConflictError:
            return self._wait_for_another(record)
        return self._renewed(held)

    def verify(self, account_id: str) -> Result:
        """Asks once whether the token still works: somebody may have taken the rights away on a day on which nothing else is asked.

        Raises RefreshFailed if a person is needed. What passes is left to the next day.
        """
        record = self._live(account_id)
        if isinstance(record, Result):
            return record
        try:
            self._renewal.probe(record, self._store.secrets(record))
        except (ConflictError, LookupError):
            return Result(Outcome.BY_ANOTHER, record)
        except GraphError as error:
            failure = error
        else:
            return Result(Outcome.NOT_DUE, record)
        return (
            self._failed(record, failure)
            if _needs_person(failure)
            else Result(Outcome.NOT_DUE, record)
        )

    def _live(self, account_id: str) -> TokenRecord | Result:
        """An account whose token may still work, or what is known without a call. Raises RefreshFailed for one whose end has passed."""
        record, now = self._store.get(account_id), self._clock.now()
        if record is None or record.state is State.DISCONNECTED:
            return Result(Outcome.GONE, None)
        if record.state is State.RECONNECT_REQUIRED:
            return Result(Outcome.NEEDS_REAUTH, record)
        ended = _ended(record, now)
        return self._person_needed(record, LastError(now, ended)) if ended else record

    def _renewed(self, held: TokenRecord) -> Result:
        try:
            secrets = self._store.secrets(held)
            renewed = self._renewal.renew(held, secrets)
            record = replace(
                renewed.record,
                next_refresh_at=schedule.next_refresh(renewed.record, self._lead, self._rng),
            )
            done = self._store.commit(held, record, renewed.secrets)
        except ConflictError:
            # Somebody connected the account anew: theirs is the newer token, and this one is dropped.
            return Result(Outcome.BY_ANOTHER, self._store.get(held.account_id))
        except GraphError as error:
            failure = error
        except Exception as error:
            self._note(
                held,
                LastError(
                    self._clock.now(),
                    f"the token could not be read or written ({type(error).__name__})",
                ),
            )
            raise
        else:
            self._audit.add(
                done.account_id, self._clock.now(), Happening.REFRESHED, expires_at=_text(done)
            )
            self._logger.info(
                "token refreshed", extra={"account": done.account_id, "expires_at": _text(done)}
            )
            return Result(Outcome.REFRESHED, done)
        return self._failed(held, failure)

    def _failed(self, held: TokenRecord, error: GraphError) -> Result:
        """Writes a failure, and raises RefreshFailed; a result if somebody else was faster."""
        cause = error.cause
        last = LastError(
            self._clock.now(),
            error.meaning or "Instagram gave no reason",
            cause.code,
            cause.subcode,
            cause.trace_id,
            cause.edge,
        )
        if _needs_person(error):
            return self._person_needed(held, last)
        record = self._note(
            held, last, unheard=cause.status is None and not isinstance(error, Throttled)
        )
        raise RefreshFailed(record, last.meaning, needs_reauth=False)

    def _note(self, held: TokenRecord, last: LastError, *, unheard: bool = False) -> TokenRecord:
        """Writes that a refresh failed in a way that passes. While the token lives the account stays active."""
        try:
            record = self._store.fail(
                held, last, schedule.next_try(held, self._clock.now(), self._rng, unheard=unheard)
            )
        except ConflictError:
            return held
        self._audit.add(
            held.account_id,
            last.at,
            Happening.FAILED,
            meaning=last.meaning,
            code=last.code,
            subcode=last.subcode,
            trace_id=last.trace_id,
        )
        return record

    def _person_needed(self, seen: TokenRecord, last: LastError) -> Result:
        try:
            record = self._store.require_reauth(seen, last)
        except ConflictError:
            # Somebody else has found the same and tells of it, or has connected the account anew: nothing is left to do.
            now = self._store.get(seen.account_id)
            known = now is not None and now.state is State.RECONNECT_REQUIRED
            return Result(Outcome.NEEDS_REAUTH if known else Outcome.BY_ANOTHER, now)
        self._audit.add(
            seen.account_id, last.at, Happening.RECONNECT_REQUIRED, meaning=last.meaning, code=last.code, subcode=last.subcode,
            trace_id=last.trace_id,
        )  # fmt: skip
        self.tell(record)
        raise RefreshFailed(record, last.meaning, needs_reauth=True)

    def needs_reauth(self, record: TokenRecord, last: LastError) -> None:
        """Writes that an account needs a person, and tells somebody."""
        with contextlib.suppress(RefreshFailed):
            self._person_needed(record, last)

    def tell(self, record: TokenRecord) -> None:
        """Tells somebody that an account needs a person, unless that was done. What fails here is done by a later sweep."""
        if record.state is not State.RECONNECT_REQUIRED or record.notified_at:
            return
        try:
            if self._notices.reconnect_required(
                record, record.last_error.meaning if record.last_error else "its token is dead"
            ):
                self._store.told(record, self._clock.now())
        except ConflictError:
            return
        except Exception as error:
            self._logger.exception(
                "nobody could be told", extra={"account": record.account_id}, exc_info=error
            )

    def _wait_for_another(self, seen: TokenRecord) -> Result:
        """Whoever holds the lease is refreshing this very account: their new token is ours too."""
        end = self._clock.now() + MAX_WAIT
        while True:
            record = self._store.get(seen.account_id)
            if record is None or record.state is State.DISCONNECTED:
                return Result(Outcome.GONE, None)
            if record.version != seen.version:
                return Result(Outcome.BY_ANOTHER, record)
            if record.state is State.RECONNECT_REQUIRED:
                return Result(Outcome.NEEDS_REAUTH, record)
            now = self._clock.now()
            if not record.leased(now) or now >= end:
                return Result(Outcome.RUNNING if record.leased(now) else Outcome.NOT_DUE, record)
            self._sleep(POLL_SECONDS)


def _needs_person(error: GraphError) -> bool:
    """A refusal without a code of Meta's may come from anything on the way there."""
    return isinstance(error, ReconnectRequired) or (
        isinstance(error, PermissionMissing) and error.cause.code is not None
    )


def _ended(record: TokenRecord, now: datetime) -> str | None:
    """Why a token is of no use any more, whatever is called."""
    if record.expired(now):
        return EXPIRED
    lapsed = record.data_access_expires_at is not None and record.data_access_expires_at <= now
    return LAPSED if lapsed else None


def _text(record: TokenRecord) -> str | None:
    return record.expires_at.isoformat(timespec="seconds") if record.expires_at else None
