"""Collecting one unit of one account: the work of one message."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from lambdas.analytics import keys
from lambdas.analytics.collecting.audience import AudienceCollector
from lambdas.analytics.collecting.days import DayCollector
from lambdas.analytics.collecting.learned import Facts, Learned
from lambdas.analytics.collecting.posts import PostCollector
from lambdas.analytics.collecting.schedule import (
    FIRST_RETRY,
    UNIT_INTERVALS,
    next_days,
    retry_at,
    unit_is_due,
)
from lambdas.analytics.collecting.source import OutOfTime, Source
from lambdas.analytics.collecting.stories import StoryCollector
from lambdas.analytics.problem import Problem, problem_of
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.records import AccountState, Unit, UnitStatus
from lambdas.analytics.writer import DataDeleted, NumbersWriter, first_collection
from lambdas.graph.errors import GraphError, Throttled
from lambdas.instagram.clients import Instagram
from lambdas.instagram.token_provider import UsableToken
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ReauthRequired
from lambdas.kit.events import EventBus, TokenRefused
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.keys import EXPIRES
from lambdas.storage.lease import Lease

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from mypy_boto3_dynamodb.service_resource import Table

# Shorter than the function's time limit, with a last slow page.
MAX_DURATION = timedelta(seconds=200)
LEASE = timedelta(minutes=6)
# When the budget is used up and it is unknown for how long.
THROTTLED_PAUSE = timedelta(minutes=15)
MAX_PAUSE = timedelta(hours=1)
RECONNECT_PAUSE = timedelta(hours=1)
# Part of what could be read was read: that is a collection, and something to look at.
SUFFICIENT = (
    None,
    Problem.REFUSED,
    Problem.INSIGHTS_NOT_GRANTED,
    Problem.PARTLY_FAILED,
)


@dataclass(frozen=True, kw_only=True)
class Collection:
    """Collects units; a unit that is being collected elsewhere is left alone."""

    table: Table
    reader: NumbersReader
    marks: DeletionMarks
    instagram: Instagram
    bus: EventBus
    site_zone: str
    clock: Clock
    logger: Logger

    def collect(self, account_id: str, unit: Unit, *, if_due: bool = False) -> UnitStatus | None:
        """Collect a unit and return how it went; None if there was nothing to do.

        With `if_due` a unit is left alone that was collected since its message was sent.

        What Instagram refuses is recorded and tried again by the schedule. Raises what is a fault
        of ours.
        """
        try:
            usable = self.instagram.tokens.usable_token(account_id)
        except ReauthRequired:
            self._record_reconnect(account_id, unit)
            return None
        if usable is None:
            return None
        lease = Lease(self.table, self._key(account_id, keys.lease(unit)), secrets.token_hex(8))
        now = self.clock.now()
        expiry = {EXPIRES: int((now + timedelta(days=1)).timestamp())}
        if not lease.acquire(now, LEASE, put=expiry):
            return None
        try:
            return self._collect(usable, unit, if_due=if_due)
        except DataDeleted:
            extra = {"account": account_id, "unit": unit.value}
            self.logger.warning("the account's data is being deleted", extra=extra)
            return None
        finally:
            lease.release()

    def _collect(self, usable: UsableToken, unit: Unit, *, if_due: bool) -> UnitStatus | None:
        source = self._source(usable)
        known = source.state.status(unit) if source.state else None
        if if_due and known and not unit_is_due(known, self.clock.now()):
            return None
        if source.state is None or source.state.first_collected_at is None:
            source.writer.write([], first_collection(self.clock.now()))
            source = self._source(usable)
        state = source.state or AccountState(account_id=usable.account_id, revision="")
        before = msgspec.structs.replace(state.status(unit), tried_at=self.clock.now())
        run = _Run(source, unit, before)
        try:
            problem, due_at = run.work()
            if problem not in SUFFICIENT:
                # Earlier than planned: as after any failure.
                due_at = None
        except Throttled as error:
            pause = min(error.retry_after or THROTTLED_PAUSE, MAX_PAUSE)
            problem, due_at = Problem.THROTTLED, self.clock.now() + pause
        except OutOfTime:
            problem, due_at = Problem.UNFINISHED, self.clock.now()
        except GraphError as error:
            problem, due_at = problem_of(error), None
            if problem is Problem.RECONNECT_REQUIRED:
                self.bus.publish(TokenRefused(usable.account_id))
                due_at = self.clock.now() + RECONNECT_PAUSE
        source.write([])
        status = self._after(run.status, unit, problem, due_at)
        source.writer.record(unit, status)
        if unit is Unit.CATALOGUE and problem in SUFFICIENT:
            # The newest posts are among all.
            newest = msgspec.structs.replace(state.status(Unit.POSTS), tried_at=before.tried_at)
            source.writer.record(Unit.POSTS, self._after(newest, Unit.POSTS, problem, None))
        self._log(usable.account_id, unit, status)
        return status

    def _after(
        self, status: UnitStatus, unit: Unit, problem: Problem | None, due_at: datetime | None
    ) -> UnitStatus:
        now = self.clock.now()
        code = problem.value if problem else None
        if problem in SUFFICIENT:
            due_at = due_at or (status.tried_at or now) + UNIT_INTERVALS[unit]
            return msgspec.structs.replace(
                status, succeeded_at=now, due_at=due_at, failures=0, problem=code
            )
        failures = status.failures + (problem not in (Problem.UNFINISHED, Problem.THROTTLED))
        due_at = due_at or retry_at(now, max(failures, 1), unit)
        return msgspec.structs.replace(status, due_at=due_at, failures=failures, problem=code)

    def _source(self, usable: UsableToken) -> Source:
        now, account_id = self.clock.now(), usable.account_id
        state = self.reader.state(account_id)
        api = f"{usable.login_type} {self.instagram.settings.graph_address(usable.login_type)[1]}"
        learned = Learned.of(api, self._facts(account_id, api), now)
        return Source(
            account=self.instagram.account_of(usable, learned.refusals),
            state=state,
            learned=learned,
            reader=self.reader,
            writer=NumbersWriter(
                self.table, self.marks, self.reader.tenant, account_id, usable.connected_at
            ),
            zone=ZoneInfo((state.time_zone if state else None) or self.site_zone),
            clock=self.clock,
            stop_at=now + MAX_DURATION,
        )

    def _facts(self, account_id: str, api: str) -> Facts | None:
        return self.reader.packed_row(Facts, account_id, keys.learned(api))

    def _record_reconnect(self, account_id: str, unit: Unit) -> None:
        """Record that a person is needed; nothing is written for an account without numbers."""
        state = self.reader.state(account_id)
        if state is None:
            return
        now = self.clock.now()
        status = msgspec.structs.replace(
            state.status(unit),
            tried_at=now,
            due_at=now + RECONNECT_PAUSE,
            problem=Problem.RECONNECT_REQUIRED.value,
        )
        writer = NumbersWriter(self.table, self.marks, self.reader.tenant, account_id, None)
        writer.record(unit, status)

    def _log(self, account_id: str, unit: Unit, status: UnitStatus) -> None:
        extra = {"account": account_id, "unit": unit.value, "problem": status.problem}
        log = self.logger.warning if status.problem else self.logger.info
        log("numbers collected", extra=extra)

    def _key(self, account_id: str, sort: str) -> dict[str, str]:
        return keys.row_key(self.reader.tenant, account_id, sort)


@dataclass
class _Run:
    """One run of a unit: its work, and its status as the work proceeds."""

    source: Source
    unit: Unit
    status: UnitStatus

    def work(self) -> tuple[Problem | None, datetime | None]:
        """Do the unit's work; return its problem, and when it is due if not at its interval."""
        parts: dict[Unit, Callable[[], tuple[Problem | None, datetime | None]]] = {
            Unit.POSTS: self._newest,
            Unit.CATALOGUE: self._everything,
            Unit.STORIES: self._stories,
            Unit.DAYS: self._days,
            Unit.AUDIENCE: lambda: (AudienceCollector(self.source).collect(), None),
        }
        return parts[self.unit]()

    def _newest(self) -> tuple[Problem | None, datetime | None]:
        collector = PostCollector(self.source)
        problem = collector.newest()
        # The posts are listed; if numbers wait, the next run reads on.
        soon = self.source.clock.now() + FIRST_RETRY
        return problem, soon if collector.singles.is_unfinished else None

    def _everything(self) -> tuple[Problem | None, datetime | None]:
        collector = PostCollector(self.source)
        problem = collector.everything(self.status.resume_at, self._progress)
        if problem is not Problem.UNFINISHED:
            self.status = msgspec.structs.replace(self.status, resume_at=None)
        return problem, None

    def _progress(self, oldest: datetime) -> None:
        self.status = msgspec.structs.replace(self.status, resume_at=oldest)

    def _days(self) -> tuple[Problem | None, datetime | None]:
        problem = DayCollector(self.source).collect()
        return problem, next_days(self.source.clock.now(), self.source.account_id)

    def _stories(self) -> tuple[Problem | None, datetime | None]:
        collector = StoryCollector(self.source)
        return collector.collect(), collector.next_look()
