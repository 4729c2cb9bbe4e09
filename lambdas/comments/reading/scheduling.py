"""Which accounts are read, and when: what is active often, everything else every two hours."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from aws_lambda_powertools import Logger

from lambdas.comments.accounts import InboxAccount
from lambdas.comments.reading.account_state import AccountState, AccountStates
from lambdas.kit.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

QUICK, ACTIVE, QUIET = timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=2)
ACTIVE_AFTER_EVENT = timedelta(hours=24)
ACTIVE_AFTER_MEDIA = timedelta(hours=48)
# The share of an interval by which accounts are read earlier, so that they do not come at once.
JITTER = 0.1
# A message that is lost is replaced after this time.
CLAIM = timedelta(minutes=10)
MAX_DELAY_SECONDS = 900


class Accounts(Protocol):
    """Takes accounts to read."""

    def put(self, account_id: str, delay: timedelta = timedelta(), *, renew: bool = False) -> None:
        """Put an account into the queue. `renew` checks its subscription too."""


@dataclass(frozen=True)
class BackfillQueue:
    """The queue itself. A message that is lost costs minutes."""

    client: SQSClient
    url: str

    def put(self, account_id: str, delay: timedelta = timedelta(), *, renew: bool = False) -> None:
        """Put an account into the queue, to be read after a delay of 15 minutes at most."""
        seconds = math.ceil(max(delay.total_seconds(), 0))
        body = {"account": account_id} | ({"renew": True} if renew else {})
        self.client.send_message(
            QueueUrl=self.url,
            MessageBody=json.dumps(body),
            DelaySeconds=min(seconds, MAX_DELAY_SECONDS),
        )


@dataclass(frozen=True, kw_only=True)
class Scheduling:
    """Finds the accounts that are due."""

    states: AccountStates
    queue: Accounts
    clock: Clock
    logger: Logger

    def put_due(self, accounts: Iterable[InboxAccount]) -> int:
        """Put the accounts that are due into the queue; return how many these are.

        A failure with one account stops no other.
        """
        return sum(self._put(one) for one in accounts if one.is_connected and not one.needs_login)

    def _put(self, account: InboxAccount) -> bool:
        now = self.clock.now()
        try:
            if not is_due(self.states.get(account.id), account, now):
                return False
            if not self.states.claim(account.id, now, now + CLAIM):
                return False
            self.queue.put(account.id)
        except Exception as error:
            extra = {"account": account.id, "cause": type(error).__name__}
            self.logger.warning("an account could not be queued", extra=extra)
            return False
        return True


def is_due(state: AccountState, account: InboxAccount, now: datetime) -> bool:
    """Return whether an account has to be read."""
    if state.not_before and now < state.not_before:
        return False
    reading = state.reading
    if reading.last_at is None or reading.connected_at != account.connected_at:
        return True
    interval = interval_of(state, now)
    early = interval * JITTER * _share(f"{account.id} {reading.last_at}")
    check_due_at = state.subscription.check_due_at
    if check_due_at and check_due_at <= now:
        return True
    return reading.unfinished or now >= reading.last_at + interval - early


def interval_of(state: AccountState, now: datetime) -> timedelta:
    """Return how often an account is read at this time."""
    reading = state.reading
    if reading.quick_until and now < reading.quick_until:
        return QUICK
    for moment, period in (
        (state.last_event_at, ACTIVE_AFTER_EVENT),
        (reading.active_at, ACTIVE_AFTER_EVENT),
        (reading.newest_media_at, ACTIVE_AFTER_MEDIA),
    ):
        if moment and now - moment < period:
            return ACTIVE
    return QUIET


def _share(text: str) -> float:
    return hashlib.sha256(text.encode()).digest()[0] / 255
