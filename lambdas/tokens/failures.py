"""What a failed call means for an account, recorded before it is reported.

One answer that says a token is dead does not end a connection: a second one, minutes later, has to
say the same. What concerns the app, by its code or because several accounts are refused at once,
ends none.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from lambdas.graph.errors import (
    ErrorReason,
    ErrorScope,
    GraphError,
    PermissionMissing,
    ReconnectRequired,
    Throttled,
)
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError
from lambdas.storage.accounts.audit import AuditTrail, Happening
from lambdas.storage.accounts.token_record import LastError, State, Suspicion, Task, TokenRecord
from lambdas.tokens import schedule
from lambdas.tokens.app_suspects import MIN_SUSPECTS, AppSuspects
from lambdas.tokens.notice import Notices
from lambdas.tokens.refresh_result import Outcome, RefreshFailed, Result, Verdict
from lambdas.tokens.token_store import TokenStore

LOOK_AGAIN = timedelta(hours=1)
# Also where the second call may follow at once: what fails for some minutes passes.
CONFIRM_UNNAMED = timedelta(minutes=5)
NO_REASON = "Instagram gave no reason"


@dataclass(frozen=True, kw_only=True)
class Failures:
    """Records failures of calls, and notifies people of accounts that need a new login.

    An answer that says a token is dead counts once a second one says so after `confirm_after`.
    """

    store: TokenStore
    audit: AuditTrail
    notices: Notices
    suspects: AppSuspects
    clock: Clock
    logger: Logger
    rng: random.Random
    confirm_after: timedelta

    def handle(self, record: TokenRecord, error: GraphError, task: Task) -> Result:
        """Record a failed call; raise RefreshFailed, or return what another caller has done."""
        last = last_error(error, self.clock.now())
        if self._app_at_fault(record, error):
            return self._blame_app(record, last, task)
        if ends_connection(error):
            return self.suspect(record, last, task)
        unanswered = error.cause.status is None and not isinstance(error, Throttled)
        failed = self.record_passing(record, last, unanswered=unanswered)
        raise RefreshFailed(failed, last.meaning, Verdict.PASSING)

    def suspect(self, record: TokenRecord, last: LastError, task: Task) -> Result:
        """Require a new login if this confirms an earlier answer; else look again later."""
        now, suspicion, wait = self.clock.now(), record.suspicion, self.wait_after(last)
        if suspicion is None or suspicion.of_app:
            suspicion = Suspicion(last.at, task)
        elif now - suspicion.at >= wait:
            return self.require_reauth(record, last)
        return self._suspect(record, last, suspicion, Verdict.SUSPECTED, suspicion.at + wait)

    def wait_after(self, last: LastError) -> timedelta:
        """Return how long after an answer a second one confirms it.

        One that names no cause may be of the app, however few accounts there are.
        """
        named = last.code is None or last.subcode is not None
        return self.confirm_after if named else max(self.confirm_after, CONFIRM_UNNAMED)

    def require_reauth(self, seen: TokenRecord, last: LastError) -> Result:
        """Record that an account needs a new login, notify people, and raise RefreshFailed.

        Return a result if another caller has recorded it, or has connected the account.
        """
        try:
            record = self.store.require_reauth(seen, last)
        except ConflictError:
            now = self.store.get(seen.account_id)
            known = now is not None and now.state is State.RECONNECT_REQUIRED
            return Result(Outcome.NEEDS_REAUTH if known else Outcome.BY_ANOTHER, now)
        self._audit(seen, last, Happening.RECONNECT_REQUIRED)
        self.notify(record)
        raise RefreshFailed(record, last.meaning, Verdict.NEEDS_REAUTH)

    def notify(self, record: TokenRecord) -> None:
        """Notify people, once, that an account needs a new login.

        A later sweep repeats what could not be sent.
        """
        if record.state is not State.RECONNECT_REQUIRED or record.notified_at:
            return
        try:
            meaning = record.last_error.meaning if record.last_error else NO_REASON
            if self.notices.reconnect_required(record, meaning):
                self.store.set_notified(record, self.clock.now())
        except ConflictError:
            return
        except Exception as error:
            extra = {"account": record.account_id}
            self.logger.exception("the notice could not be sent", extra=extra, exc_info=error)

    def record_passing(
        self, held: TokenRecord, last: LastError, *, unanswered: bool = False
    ) -> TokenRecord:
        """Record a failed refresh that may succeed later; the account stays active."""
        again = schedule.next_try(held, self.clock.now(), self.rng, unanswered=unanswered)
        try:
            record = self.store.fail(held, last, again)
        except ConflictError:
            return held
        self._audit(held, last, Happening.FAILED)
        return record

    def _app_at_fault(self, record: TokenRecord, error: GraphError) -> bool:
        if error.scope is ErrorScope.APP and not isinstance(error, Throttled):
            return True
        if not ends_connection(error) or names_cause_of_account(error):
            return False
        # One person's accounts are refused together: that is no sign of a fault of the app.
        owner = record.person_id or record.account_id
        refused = self.suspects.add(record.app_id, owner, self.clock.now())
        return refused >= MIN_SUSPECTS or 1 < refused >= self._owners(record.app_id)

    def _owners(self, app_id: str) -> int:
        """Return how many owners the app's accounts have, as far as it matters."""
        owners: set[str] = set()
        for record in self.store.all():
            if record.app_id == app_id and record.state is not State.DISCONNECTED:
                owners.add(record.person_id or record.account_id)
            if len(owners) >= MIN_SUSPECTS:
                break
        return len(owners)

    def _blame_app(self, record: TokenRecord, last: LastError, task: Task) -> Result:
        extra = {"app": record.app_id, "code": last.code, "cause": last.meaning}
        self.logger.warning("Meta refuses the app", extra=extra)
        self.notices.app_refused(record, last.meaning)
        suspicion, again_at = Suspicion(last.at, task, of_app=True), last.at + LOOK_AGAIN
        return self._suspect(record, last, suspicion, Verdict.APP_AT_FAULT, again_at)

    def _suspect(
        self,
        record: TokenRecord,
        last: LastError,
        suspicion: Suspicion,
        verdict: Verdict,
        again_at: datetime,
    ) -> Result:
        try:
            suspected = self.store.suspect(record, last, suspicion, again_at)
        except ConflictError:
            return Result(Outcome.BY_ANOTHER, self.store.get(record.account_id))
        if suspicion.at == last.at:
            self._audit(record, last, Happening.FAILED)
        raise RefreshFailed(suspected, last.meaning, verdict)

    def _audit(self, record: TokenRecord, last: LastError, what: Happening) -> None:
        self.audit.add(
            record.account_id,
            last.at,
            what,
            meaning=last.meaning,
            code=last.code,
            subcode=last.subcode,
            trace_id=last.trace_id,
        )


def last_error(error: GraphError, now: datetime) -> LastError:
    """Return what is recorded of a failed call."""
    cause, meaning = error.cause, error.meaning or NO_REASON
    return LastError(now, meaning, cause.code, cause.subcode, cause.trace_id, cause.edge)


def ends_connection(error: GraphError) -> bool:
    """Return whether Meta says that the token is of no use.

    A refusal with neither a code nor a readable answer may come from any system on the way.
    """
    cause = error.cause
    if isinstance(error, ReconnectRequired) or error.reason is ErrorReason.TOKEN_NOT_ACCEPTED:
        return True
    return isinstance(error, PermissionMissing) and (cause.code is not None or cause.status == 200)


def names_cause_of_account(error: GraphError) -> bool:
    """Return whether the answer names a cause that lies with this account's owner."""
    cause = error.cause
    return cause.code is None or (
        isinstance(error, ReconnectRequired) and cause.subcode is not None
    )
