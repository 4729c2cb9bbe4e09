"""What is known of an account's webhooks and of the reading of its comments and messages.

One row has a column for each writer, so that none loses what another one writes.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.dynamodb.conditions import Attr, ConditionBase

from lambdas.comments import keys
from lambdas.comments.records import Failure
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.kit.clock import from_rfc3339, to_sortable
from lambdas.storage.conditional import update_if
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.transactions import transact
from lambdas.storage.keys import PARTITION
from lambdas.storage.lease import Lease
from lambdas.storage.packing import Packed, packed, unpacked
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

SUBSCRIPTION, READING = "subscription", "reading"
LAST_EVENT, NOT_BEFORE = "last_event_at", "backfill_not_before"
# Until then a message for the account is under way.
CLAIMED = "backfill_claimed_until"
# An event of the same minute changes nothing that anyone can see.
EVENT_STEP = timedelta(minutes=1)
# A check or a reading that fails may be repeated so long before people have to know.
CHECKED_WITHIN, READ_WITHIN = timedelta(hours=2), timedelta(hours=6)
PERMISSION_MISSING = "permission_missing"

R = TypeVar("R", bound=Packed)


class Health(enum.StrEnum):
    """Whether an account's webhooks arrive."""

    OK = "ok"
    NOT_CHECKED = "not_checked"
    NOT_SUBSCRIBED = "not_subscribed"
    FAILED = "failed"
    """For hours it could not be checked, or its comments and messages could not be read."""
    SILENT = "silent"
    """It was not subscribed, or webhooks did not bring what reading found."""


class Subscription(Packed, frozen=True, kw_only=True):
    """The webhooks of an account, or of its Page.

    `wanted` are the fields that its permissions allow, `fields` those that Meta reports.
    `since` is when all of them were there without an interruption, `lost_at` when a check last
    found that they were gone. `failed_since` is when the first of the checks failed that failed in
    a row; what is known is older than that.
    """

    wanted: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    since: datetime | None = None
    lost_at: datetime | None = None
    checked_at: datetime | None = None
    check_due_at: datetime | None = None
    connected_at: datetime | None = None
    error: Failure | None = None
    failed_since: datetime | None = None

    @property
    def is_complete(self) -> bool:
        """Return whether all wanted fields are there."""
        return set(self.wanted) <= set(self.fields)


class Reading(Packed, frozen=True, kw_only=True):
    """What reading found. `connected_at` is the connection that was read for.

    `initial_done`: what there was before the connection is read. `unfinished`: the last run ended
    before everything was read, `whole_at` is when one did not. `found` and `missed` are those of
    the last run that had any, at `found_at` and `missed_at`; missed are those that a webhook should
    have brought. `young` are the times of those that one may still bring. `silent_since` lasts
    until one comes, or until whole runs have found nothing for a while, that is since
    `nothing_since`. `quick_until` says how long runs are frequent. `lost_at` is the loss of the
    subscription after which everything was looked through. `messages_moved_since`: conversations
    that changed since then are read again, since they may have moved to a page that was read.
    """

    connected_at: datetime | None = None
    last_at: datetime | None = None
    whole_at: datetime | None = None
    initial_done: bool = False
    unfinished: bool = False
    active_at: datetime | None = None
    newest_media_at: datetime | None = None
    found: int = 0
    found_at: datetime | None = None
    missed: int = 0
    missed_at: datetime | None = None
    young: tuple[datetime, ...] = ()
    nothing_since: datetime | None = None
    silent_since: datetime | None = None
    quick_until: datetime | None = None
    lost_at: datetime | None = None
    messages_read_until: datetime | None = None
    messages_after: str | None = None
    messages_in: str | None = None
    messages_page: str | None = None
    messages_began_at: datetime | None = None
    messages_moved_since: datetime | None = None
    error: Failure | None = None

    @property
    def last_whole_at(self) -> datetime | None:
        """Return when everything was last read; before the first time, when reading began."""
        return self.whole_at or (None if self.unfinished else self.last_at)

    @property
    def lacks_permission(self) -> bool:
        """Return whether Meta refused the reading because the owner does not allow it."""
        return self.error is not None and self.error.code == PERMISSION_MISSING


class AccountState(Packed, frozen=True, kw_only=True):
    """The state of an account. `not_before` is when it may be read again."""

    account_id: str
    subscription: Subscription = Subscription()
    reading: Reading = Reading()
    last_event_at: datetime | None = None
    not_before: datetime | None = None

    def health_at(self, now: datetime) -> Health:
        """Return whether its webhooks arrive, and whether that is known."""
        if self.subscription.checked_at is None:
            return Health.NOT_CHECKED
        if not self.subscription.is_complete:
            return Health.NOT_SUBSCRIBED
        if self._has_failed(now):
            return Health.FAILED
        return Health.SILENT if self.reading.silent_since else Health.OK

    def _has_failed(self, now: datetime) -> bool:
        failed_since, read_at = self.subscription.failed_since, self.reading.last_whole_at
        return (
            (failed_since is not None and now - failed_since > CHECKED_WITHIN)
            or self.reading.lacks_permission
            or (read_at is not None and now - read_at > READ_WITHIN)
        )


@dataclass(frozen=True)
class AccountStates:
    """The states of a tenant's accounts."""

    table: Table
    marks: DeletionMarks
    tenant: str
    _noted: dict[str, datetime] = field(default_factory=dict, init=False, repr=False)

    def get(self, account_id: str) -> AccountState:
        """Return the state of an account; an empty one if nothing is known."""
        row = self.table.get_item(Key=self._key(account_id), ConsistentRead=True).get("Item", {})
        return AccountState(
            account_id=account_id,
            subscription=_part(Subscription, row, SUBSCRIPTION),
            reading=_part(Reading, row, READING),
            last_event_at=_moment(row, LAST_EVENT),
            not_before=_moment(row, NOT_BEFORE),
        )

    def note_event(self, account_id: str, at: datetime) -> None:
        """Record that a webhook came; at most one write a minute, and none for unknown accounts."""
        noted = self._noted.get(account_id)
        if noted and abs(at - noted) < EVENT_STEP:
            return
        self._noted[account_id] = at
        last = Attr(LAST_EVENT)
        is_newer = last.not_exists() | last.lte(to_sortable(at - EVENT_STEP))
        condition = Attr(PARTITION).exists() & is_newer
        put = {LAST_EVENT: to_sortable(at)}
        update_if(self.table, self._key(account_id), condition, put=put)

    def put_subscription(self, account_id: str, subscription: Subscription) -> None:
        """Store what is known of the webhooks. Raises AccountDataDeleted."""
        columns: dict[str, object] = {SUBSCRIPTION: packed(subscription)}
        self._put(account_id, subscription.connected_at, columns)

    def put_reading(self, account_id: str, reading: Reading, not_before: datetime) -> None:
        """Store what reading found, and when to read again. Raises AccountDataDeleted."""
        columns: dict[str, object] = {
            READING: packed(reading),
            NOT_BEFORE: to_sortable(not_before),
            CLAIMED: to_sortable(not_before),
        }
        self._put(account_id, reading.connected_at, columns)

    def postpone(self, account_id: str, until: datetime) -> None:
        """Store that an account may not be read before a time."""
        put = {NOT_BEFORE: to_sortable(until), CLAIMED: to_sortable(until)}
        update_if(self.table, self._key(account_id), Attr(PARTITION).exists(), put=put)

    def claim(self, account_id: str, now: datetime, until: datetime) -> bool:
        """Keep others from queueing an account before a time; return whether it was free."""
        condition: ConditionBase | None = None
        for column in (NOT_BEFORE, CLAIMED):
            is_free = Attr(column).not_exists() | Attr(column).lte(to_sortable(now))
            condition = is_free if condition is None else condition & is_free
        put = {CLAIMED: to_sortable(until)}
        return update_if(self.table, self._key(account_id), condition, put=put)

    def lease(self, account_id: str, owner: str) -> Lease:
        """Return the lease that only one reader of an account holds."""
        return Lease(self.table, self._key(account_id), owner)

    def _put(
        self, account_id: str, connected_at: datetime | None, columns: dict[str, object]
    ) -> None:
        names = {f"#c{index}": name for index, name in enumerate(columns)}
        sets = ", ".join(f"#c{index} = :c{index}" for index in range(len(columns)))
        update: Any = {
            "TableName": self.table.name,
            "Key": self._key(account_id),
            "UpdateExpression": f"SET {sets}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {
                f":c{index}": value for index, value in enumerate(columns.values())
            },
        }
        check = self.marks.check(account_id, connected_at)
        if transact(self.table, [{"ConditionCheck": check}, {"Update": update}]):
            raise AccountDataDeleted

    def _key(self, account_id: str) -> dict[str, str]:
        return keys.account_key(self.tenant, account_id, keys.STATE)


def _part(kind: type[R], row: Row, column: str) -> R:
    return unpacked(kind, row[column]) if column in row else kind()


def _moment(row: Row, column: str) -> datetime | None:
    return from_rfc3339(str(row[column])) if column in row else None
