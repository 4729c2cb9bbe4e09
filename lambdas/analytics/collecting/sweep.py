"""Finding what is due, and reporting how old the numbers are."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.analytics.collecting.schedule import FIRST_AUDIENCE, unit_is_due
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.records import AccountState, Unit
from lambdas.kit.clock import Clock
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.storage.rows import from_row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

# What an account's numbers cannot do without; the others have schedules of their own.
NEEDED = (Unit.POSTS, Unit.DAYS)
# The most that SQS takes at once.
BATCH = 10
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class CollectQueue:
    """The queue of units to collect."""

    client: SQSClient
    url: str

    def put(self, account_id: str, units: list[Unit], *, if_due: bool = False) -> None:
        """Put a message for each unit. Raises RuntimeError if one could not be sent.

        With `if_due` a unit that was collected meanwhile is not collected again.
        """
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {
                "Id": unit.value,
                "MessageBody": json.dumps(
                    {"account_id": account_id, "unit": unit.value, "if_due": if_due}
                ),
            }
            for unit in units
        ]
        for start in range(0, len(entries), BATCH):
            answer = self.client.send_message_batch(
                QueueUrl=self.url, Entries=entries[start : start + BATCH]
            )
            if answer.get("Failed"):
                raise RuntimeError(f"{len(answer['Failed'])} messages could not be sent")


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Puts what is due into the queue, and emits the age of the oldest numbers.

    `bootstrap_account` is the account of the environment's token, or empty: it is collected before
    it has a record of its own.
    """

    tokens: Table
    tenant: str
    bootstrap_account: str
    reader: NumbersReader
    queue: CollectQueue
    clock: Clock
    emit: Callable[..., None]

    def run(self) -> int:
        """Put the due units of all active accounts into the queue; return how many there were.

        One account that cannot be queued stops no other. Raises RuntimeError at the end then.
        """
        now = self.clock.now()
        accounts = self._active(now)
        states = self.reader.states(list(accounts))
        queued, failed = 0, 0
        for account_id in accounts:
            due = due_units(states.get(account_id), now)
            try:
                self.queue.put(account_id, due, if_due=True)
            except RuntimeError:
                failed += 1
            else:
                queued += len(due)
        ages = [age_of(states.get(one), since, now) for one, since in accounts.items()]
        oldest = max(ages, default=timedelta())
        self.emit(AnalyticsSweeps=1, AnalyticsAgeHours=oldest / HOUR)
        if failed:
            raise RuntimeError(f"{failed} accounts could not be queued")
        return queued

    def _active(self, now: datetime) -> dict[str, datetime]:
        """Return the ids of active accounts, and since when each is connected."""
        partition = keys.account_key(self.tenant, "")[keys.PARTITION]
        rows = query_all(self.tokens, KeyConditionExpression=Key(keys.PARTITION).eq(partition))
        records = {
            record.account_id: record for record in (from_row(TokenRecord, row) for row in rows)
        }
        active = {
            account_id: record.connected_at or record.issued_at
            for account_id, record in records.items()
            if record.state is State.ACTIVE
        }
        if self.bootstrap_account and self.bootstrap_account not in records:
            active[self.bootstrap_account] = now
        return active


def due_units(state: AccountState | None, now: datetime) -> list[Unit]:
    """Return the units to collect now.

    The newest posts are among all: they are not read twice, unless reading all takes several runs.
    """
    known = state or AccountState(account_id="", revision="")
    due = [unit for unit in Unit if unit_is_due(known.status(unit), now)]
    first = known.first_collected_at or now
    if Unit.AUDIENCE in due and now - first < FIRST_AUDIENCE:
        due.remove(Unit.AUDIENCE)
    catalogue = known.status(Unit.CATALOGUE)
    is_one_run = not catalogue.failures and catalogue.resume_at is None
    if Unit.CATALOGUE in due and Unit.POSTS in due and is_one_run:
        due.remove(Unit.POSTS)
    return due


def age_of(state: AccountState | None, since: datetime, now: datetime) -> timedelta:
    """Return how long ago an account's numbers were last collected successfully.

    Counted from `since`, when it was connected, if that was later or they never were.
    """
    successes = [state.status(unit).succeeded_at if state else None for unit in NEEDED]
    return now - min(max(moment or since, min(since, now)) for moment in successes)
