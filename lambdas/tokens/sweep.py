"""The scheduled sweep over all accounts: it queues a message for each that needs work."""

from __future__ import annotations

import enum
import itertools
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from lambdas.kit.clock import Clock
from lambdas.kit.log import FeatureMetrics
from lambdas.storage.accounts.token_record import State, Task, TokenRecord
from lambdas.tokens import schedule
from lambdas.tokens.bootstrap import BootstrapAdoption
from lambdas.tokens.failures import Failures
from lambdas.tokens.health import Health
from lambdas.tokens.jobs import BOOTSTRAP, Job
from lambdas.tokens.notice import Notices
from lambdas.tokens.privacy import Privacy
from lambdas.tokens.readings import Readings
from lambdas.tokens.token_store import TokenStore
from lambdas.tokens.verification import ended, removed_by_owner

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

BATCH = 10
# The longest delay of an SQS message.
MAX_DELAY = timedelta(minutes=15)
WARN_DAYS = (14, 7, 3)
# After this, an account that needs a new login is looked at daily.
LOOK_HOURLY = timedelta(days=2)


class Kind(enum.StrEnum):
    """What started a sweep."""

    DAILY = "daily"
    """Refreshes what is due, and verifies all others."""
    HOURLY = "hourly"
    """Looks again at what failed."""
    DEPLOYED = "deployed"
    """Reports the numbers after a deployment, and tries a new token of the environment."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Queues one message for each account: ten thousand accounts are no loop of calls."""

    store: TokenStore
    readings: Readings
    bootstrap: BootstrapAdoption
    failures: Failures
    privacy: Privacy
    notices: Notices
    sqs: SQSClient
    queue_url: str
    spread: timedelta
    lead: timedelta
    metrics: FeatureMetrics
    clock: Clock
    logger: Logger
    rng: random.Random

    def run(self, kind: Kind) -> int:
        """Run one sweep; return how many messages were sent."""
        records = list(self.store.all())
        failing = self.readings.failing()
        # First: what the messages' receivers report must not be overwritten by what was before.
        self.health(records).report(self.metrics)
        jobs = self._jobs(kind, records, {one.account_id for one in failing})
        sent = self._send(job.to_message() for job in jobs)
        if kind is not Kind.DEPLOYED:
            for record in records:
                self.failures.notify(record)
        if kind is Kind.DAILY:
            for record in records:
                self._warn(record)
        if kind is not Kind.HOURLY:
            # The heartbeat that an alarm waits for: hourly sweeps alone keep no token alive.
            self.metrics.count("RefreshHeartbeat")
        if kind is not Kind.DEPLOYED:
            # Last: what keeps a deletion from its end must not stop the refreshes.
            self.privacy.continue_open()
        extra = {"kind": kind.value, "messages": sent, "accounts": len(records)}
        self.logger.info("sweep done", extra=extra)
        return sent

    def health(self, records: Iterable[TokenRecord]) -> Health:
        """Return the numbers of all accounts."""
        now = self.clock.now()
        unreadable = [one for one in self.readings.failing() if one.lasts_for_a_day(now)]
        return Health.of(
            records, now, unreadable=unreadable, bootstrap_failing=self.bootstrap.is_failing
        )

    def _jobs(self, kind: Kind, records: Sequence[TokenRecord], failing: set[str]) -> Iterator[Job]:
        now, due = self.clock.now(), set()
        if kind is not Kind.DEPLOYED:
            due = set(self.store.due(now, retries_only=kind is Kind.HOURLY))
            yield from (Job(account_id) for account_id in sorted(due))
        if kind is Kind.DAILY:
            yield from self._daily(record for record in records if record.account_id not in due)
        if kind is Kind.HOURLY:
            active = {one.account_id for one in records if one.state is State.ACTIVE}
            yield from (Job(one, Task.VERIFY) for one in sorted(failing & active - due))
            yield from self._just_ended(records)
        if self._bootstrap_waits(kind):
            yield Job(BOOTSTRAP)

    def _just_ended(self, records: Iterable[TokenRecord]) -> Iterator[Job]:
        """Return looks at accounts that lately need a login: a fault of minutes ends them too."""
        now = self.clock.now()
        for record in records:
            last = record.last_error
            if last and _may_recover(record, now) and now - last.at < LOOK_HOURLY:
                yield Job(record.account_id, Task.VERIFY)

    def _bootstrap_waits(self, kind: Kind) -> bool:
        if kind is Kind.DAILY:
            return self.bootstrap.is_pending
        return self.bootstrap.is_untried or (kind is Kind.HOURLY and self.bootstrap.is_suspected)

    def _daily(self, records: Iterable[TokenRecord]) -> Iterator[Job]:
        """Return what else a day requires: a longer lead, and a look whether tokens work."""
        now = self.clock.now()
        for record in records:
            if _may_recover(record, now):
                yield Job(record.account_id, Task.VERIFY)
            # A refresh that failed has a schedule for itself.
            elif record.state is State.ACTIVE and not record.suspicion:
                is_due = not record.failures and schedule.is_due(record, now, self.lead)
                yield Job(record.account_id, Task.REFRESH if is_due else Task.VERIFY)

    def _send(self, messages: Iterable[dict[str, str]]) -> int:
        sent, left = 0, iter(messages)
        while batch := list(itertools.islice(left, BATCH)):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {
                    "Id": str(index),
                    "MessageBody": json.dumps(message),
                    "DelaySeconds": self._delay(),
                }
                for index, message in enumerate(batch)
            ]
            answer = self.sqs.send_message_batch(QueueUrl=self.queue_url, Entries=entries)
            if failed := answer.get("Failed"):
                # The next sweep repeats it; this one must not look complete.
                code = failed[0]["Code"]
                raise RuntimeError(f"{len(failed)} accounts could not be queued: {code}")
            sent += len(batch)
        return sent

    def _delay(self) -> int:
        return round(min(self.spread, MAX_DELAY).total_seconds() * self.rng.random())

    def _warn(self, record: TokenRecord) -> None:
        """Send a notice 14, 7 and 3 days before the expiry, and on each of the last days."""
        days = schedule.days_left(record, self.clock.now())
        if record.state is not State.ACTIVE or days is None or days < 0:
            return
        whole = int(days)
        if whole in WARN_DAYS or whole < min(WARN_DAYS):
            self.notices.ends_soon(record, whole, _why(record))


def _may_recover(record: TokenRecord, now: datetime) -> bool:
    """Return whether an account needs a new login, and its token might work again."""
    is_ended = ended(record, now) is not None or removed_by_owner(record)
    return record.state is State.RECONNECT_REQUIRED and not is_ended


def _why(record: TokenRecord) -> str:
    if record.data_access_expires_at and record.data_access_expires_at == record.ends_at:
        return (
            "its owner's consent to data access lapses 90 days after the last login, and only a "
            "new login renews it"
        )
    if record.last_error:
        return (
            f"{record.failures} refreshes in a row failed, the last because "
            f"{record.last_error.meaning}"
        )
    return "its token was not refreshed in time"
