"""The scheduled look at all accounts: who is due gets a message of its own, and the alarms get their numbers."""

from __future__ import annotations

import enum
import itertools
import json
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from lambdas.kit import aws
from lambdas.kit.clock import Clock
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.tokens import schedule
from lambdas.tokens.bootstrap import BootstrapAdoption
from lambdas.tokens.health import Gauges, Health
from lambdas.tokens.notice import Notices
from lambdas.tokens.refresh import Refresher
from lambdas.tokens.token_store import TokenStore

BATCH = 10
# A queue delays a message by no more than this.
MAX_DELAY = timedelta(minutes=15)
WARN_DAYS = (14, 7, 3)
BOOTSTRAP = "bootstrap"
VERIFY = "verify"


class Kind(enum.StrEnum):
    """What set the sweep off: once a day all who are due, every hour those whose last refresh failed, after a deployment nobody."""

    DAILY = "daily"
    HOURLY = "hourly"
    DEPLOYED = "deployed"


class Sweep:
    """Fans out. It refreshes nothing itself, so that ten thousand accounts are ten thousand messages and no loop of calls."""

    def __init__(
        self,
        store: TokenStore,
        queue_url: str,
        spread: timedelta,
        bootstrap: BootstrapAdoption,
        refresher: Refresher,
        lead: timedelta,
        notices: Notices,
        gauges: Gauges,
        clock: Clock,
        logger: Logger,
        rng: random.Random,
    ) -> None:
        self._store = store
        self._queue = queue_url
        self._spread = min(spread, MAX_DELAY)
        self._bootstrap = bootstrap
        self._refresher = refresher
        self._lead = lead
        self._notices = notices
        self._gauges = gauges
        self._clock = clock
        self._logger = logger
        self._rng = rng

    def run(self, kind: Kind) -> int:
        """One sweep; how many messages it sent."""
        now, sent = self._clock.now(), 0
        records = list(self._store.all())
        # Before anything is sent: what the messages' workers will say of their failures must not be overwritten by what was before.
        Health.of(records, now, bootstrap_failing=self._bootstrap.failing).report(self._gauges)
        if kind is not Kind.DEPLOYED:
            due = list(self._store.due(now, retries_only=kind is Kind.HOURLY))
            sent = self._send({"account": account} for account in due)
            for record in records:
                # Whoever could not be told before.
                self._refresher.tell(record)
        if kind is Kind.DAILY:
            sent += self._send(self._others(records, set(due), now))
            for record in records:
                self._warn(record)
        if kind is not Kind.HOURLY:
            # The proof of life that an alarm waits for: the hourly look alone would keep no token alive.
            self._gauges.emit(RefreshHeartbeat=1)
        self._logger.info(
            "sweep done", extra={"kind": kind.value, "messages": sent, "accounts": len(records)}
        )
        return sent

    def _others(
        self, records: Iterable[TokenRecord], due: set[str], now: datetime
    ) -> Iterator[dict[str, str]]:
        """What else a day asks for: a longer lead, a look whether a token still works, and the environment's token."""
        for record in records:
            if record.state is not State.ACTIVE or record.account_id in due or record.failures:
                continue
            # Those whose refresh failed are tried by their own schedule.
            is_due = schedule.is_due(record, now, self._lead)
            yield (
                {"account": record.account_id}
                if is_due
                else {"account": record.account_id, "task": VERIFY}
            )
        if self._bootstrap.is_there:
            # Whoever takes it looks whether its account has a record by now.
            yield {"account": BOOTSTRAP}

    def _send(self, messages: Iterable[dict[str, str]]) -> int:
        sent, left = 0, iter(messages)
        while batch := list(itertools.islice(left, BATCH)):
            entries: list[Any] = [
                {
                    "Id": str(index),
                    "MessageBody": json.dumps(message),
                    "DelaySeconds": self._delay(),
                }
                for index, message in enumerate(batch)
            ]
            answer = aws.sqs().send_message_batch(QueueUrl=self._queue, Entries=entries)
            if failed := answer.get("Failed"):
                # The next sweep finds them again; this one must not look whole.
                raise RuntimeError(
                    f"{len(failed)} accounts could not be queued: {failed[0]['Code']}"
                )
            sent += len(batch)
        return sent

    def _delay(self) -> int:
        return round(self._spread.total_seconds() * self._rng.random())

    def _warn(self, record: TokenRecord) -> None:
        """Tells of an end that comes near, on the days that count, and each day of the last three."""
        days = schedule.days_left(record, self._clock.now())
        if record.state is not State.ACTIVE or days is None or days < 0:
            return
        whole = int(days)
        if whole in WARN_DAYS or whole < min(WARN_DAYS):
            self._notices.ends_soon(record, whole, _why(record))


def _why(record: TokenRecord) -> str:
    if record.data_access_expires_at and record.data_access_expires_at == record.ends_at:
        return "its owner's consent to data access lapses 90 days after the last login, and only a new login renews it"
    if record.last_error:
        return f"{record.failures} refreshes in a row failed, the last because {record.last_error.meaning}"
    return "its token was not refreshed in time"
