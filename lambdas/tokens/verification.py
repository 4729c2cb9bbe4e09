"""Checks whether a connection still works for what the site does with it: profile and posts."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from lambdas.graph.errors import ErrorScope, GraphError, Throttled
from lambdas.graph.profile import Profile
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError
from lambdas.storage.accounts.audit import AuditTrail, Happening
from lambdas.storage.accounts.token_record import LastError, State, Task, TokenRecord
from lambdas.tokens import schedule
from lambdas.tokens.failures import Failures, ends_connection, last_error
from lambdas.tokens.notice import Notices
from lambdas.tokens.readings import Readings
from lambdas.tokens.refresh_result import Outcome, Result
from lambdas.tokens.renewal import Renewal
from lambdas.tokens.token_store import TokenStore

EXPIRED = "the token expired before it could be refreshed"
LAPSED = "its owner's consent to data access lapsed 90 days after the last login"
PERSONAL = (
    "it is now a personal account, which apps cannot read: switch it back to a professional "
    "account in the Instagram app"
)
# The call by which Meta reports that the owner removed the app; such an account never recovers.
DEAUTHORIZE = "deauthorize"


@dataclass(frozen=True, kw_only=True)
class Verifier:
    """Verifies accounts one by one."""

    store: TokenStore
    renewal: Renewal
    failures: Failures
    readings: Readings
    audit: AuditTrail
    notices: Notices
    clock: Clock
    logger: Logger
    rng: random.Random
    lead: timedelta

    def verify(self, account_id: str) -> Result:
        """Read profile and posts once, and act on the answer.

        An account that cannot be read for a day is reported; one that needed a new login and works
        again becomes active. Raises RefreshFailed if Meta says that the token is dead.
        """
        record, now = self.store.get(account_id), self.clock.now()
        if record is None or record.state is State.DISCONNECTED:
            return Result(Outcome.GONE, None)
        reason = ended(record, now)
        if record.state is State.RECONNECT_REQUIRED and (reason or removed_by_owner(record)):
            return Result(Outcome.NEEDS_REAUTH, record)
        if reason:
            return self.failures.require_reauth(record, LastError(now, reason))
        try:
            profile = self.renewal.probe(record, self.store.secrets(record))
        except (ConflictError, LookupError):
            return Result(Outcome.BY_ANOTHER, record)
        except GraphError as error:
            return self._unreadable(record, error)
        if profile.is_professional is False:
            return self._personal(record)
        return self._readable(record, profile)

    def _unreadable(self, record: TokenRecord, error: GraphError) -> Result:
        if record.state is State.RECONNECT_REQUIRED:
            return Result(Outcome.NEEDS_REAUTH, record)
        self._record_reading(record, last_error(error, self.clock.now()))
        of_app = error.scope is ErrorScope.APP and not isinstance(error, Throttled)
        if of_app or ends_connection(error):
            return self.failures.handle(record, error, Task.VERIFY)
        return Result(Outcome.NOT_DUE, record)

    def _record_reading(self, record: TokenRecord, last: LastError) -> None:
        """Record that the account could not be read; notify people once that lasts for a day."""
        reading = self.readings.failed(record.account_id, last)
        if not reading.concerns(record):
            self.readings.succeeded(record.account_id)
            reading = self.readings.failed(record.account_id, last)
        if not reading.lasts_for_a_day(last.at) or reading.notified_at:
            return
        if self.notices.feed_unreadable(record, last.meaning):
            self.readings.set_notified(record.account_id, last.at)

    def _personal(self, record: TokenRecord) -> Result:
        if record.state is State.RECONNECT_REQUIRED:
            return Result(Outcome.NEEDS_REAUTH, record)
        return self.failures.suspect(record, LastError(self.clock.now(), PERSONAL), Task.VERIFY)

    def _readable(self, record: TokenRecord, profile: Profile) -> Result:
        self.readings.succeeded(record.account_id)
        try:
            record = self._with_profile(record, profile)
            suspected = record.suspicion is not None and record.suspicion.task is Task.VERIFY
            needed_reauth = record.state is State.RECONNECT_REQUIRED
            if not (suspected or needed_reauth):
                return Result(Outcome.NOT_DUE, record)
            due = schedule.next_refresh(record, self.lead, self.rng)
            settled = self.store.settle(record, due)
        except ConflictError:
            return Result(Outcome.BY_ANOTHER, self.store.get(record.account_id))
        if not needed_reauth:
            return Result(Outcome.NOT_DUE, settled)
        self.audit.add(record.account_id, self.clock.now(), Happening.RECOVERED)
        self.logger.info("account works again", extra={"account": record.account_id})
        return Result(Outcome.RECOVERED, settled)

    def _with_profile(self, record: TokenRecord, profile: Profile) -> TokenRecord:
        """Store a changed name or account type, and an id that no login has given."""
        now = replace(
            record,
            username=profile.username or record.username,
            account_type=profile.account_type or record.account_type,
            scoped_id=record.scoped_id or profile.scoped_id,
        )
        if now == record:
            return record
        extra = {
            "account": record.account_id,
            "username": now.username,
            "account_type": now.account_type,
        }
        self.logger.info("the account's profile changed", extra=extra)
        return self.store.set_profile(record, now)


def ended(record: TokenRecord, now: datetime) -> str | None:
    """Return why a token is of no use whatever is called, or None."""
    if record.expired(now):
        return EXPIRED
    return LAPSED if record.consent_lapsed(now) else None


def removed_by_owner(record: TokenRecord) -> bool:
    """Return whether the account's owner removed the app."""
    return record.last_error is not None and record.last_error.edge == DEAUTHORIZE
