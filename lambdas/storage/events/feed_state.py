"""When an event's Instagram posts were last read, the outcome, and when the next read is due."""

from __future__ import annotations

import enum
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import update_if
from lambdas.storage.events.event import Event, is_date
from lambdas.storage.events.ration import Ration
from lambdas.storage.lease import OWNER, UNTIL, Lease
from lambdas.storage.rows import Row, from_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# A claim whose function was killed expires after this; it outlasts the refresh's own time limit.
CLAIM = timedelta(minutes=3)
# After a failure the next viewer tries again sooner than the freshness setting says.
RETRY = timedelta(minutes=1)
NEXT, EXPIRED = "next_refresh_at", "expired"
# How long the row of a date that is no longer looked at stays.
RETENTION = timedelta(days=30)
# How many refreshes of dates that are not current visitors may cause on the whole site.
PAST_DATES, PAST_DATES_WINDOW = 10, timedelta(minutes=10)

# The same of events that an operator or a host created, and that are over.
PAST_EVENTS = 30
# Instagram was opened on 6 October 2010; its first pictures are some months older.
FIRST_POSTS = datetime(2010, 7, 1, tzinfo=UTC)


class Outcome(enum.StrEnum):
    """How the last reading ended."""

    SYNCED = "synced"
    UNAVAILABLE = "unavailable"
    NOT_CONNECTED = "not_connected"


class FeedLabel(enum.StrEnum):
    """What the page says of the Instagram posts."""

    FRESH = "fresh"
    STALE = "stale"
    UNAVAILABLE = "unavailable"
    NOT_CONNECTED = "not_connected"


LABELS = {
    Outcome.UNAVAILABLE: FeedLabel.UNAVAILABLE,
    Outcome.NOT_CONNECTED: FeedLabel.NOT_CONNECTED,
}


@dataclass(frozen=True)
class FeedState:
    """What is known about an event's feed; times are aware UTC. A feed never read has nothing."""

    synced_at: datetime | None = None
    next_refresh_at: datetime | None = None
    outcome: Outcome | None = None

    def due(self, now: datetime) -> bool:
        """Return whether a refresh should be claimed."""
        return self.next_refresh_at is None or self.next_refresh_at <= now

    def label(self, now: datetime, freshness: timedelta) -> FeedLabel:
        """Return what the page says."""
        if self.outcome in LABELS:
            return LABELS[self.outcome]
        fresh = self.synced_at and now - self.synced_at <= freshness
        return FeedLabel.FRESH if fresh else FeedLabel.STALE


class FeedStateStore:
    """The feed states of all events in one table."""

    def __init__(self, table: Table, freshness: timedelta) -> None:
        self._table = table
        self._freshness = freshness
        self._past_dates = Ration(table, "past-dates", PAST_DATES, PAST_DATES_WINDOW)
        self._past_events = Ration(table, "past-events", PAST_EVENTS, PAST_DATES_WINDOW)

    def get(self, event_id: str) -> FeedState:
        """Return the state of an event's feed."""
        key = keys.row_key(event_id, keys.FEED_ROW)
        return self.of_row(self._table.get_item(Key=key).get("Item"))

    @staticmethod
    def of_row(row: Row | None) -> FeedState:
        """Return the state that a row holds; None is a feed that was never read."""
        return from_row(FeedState, row or {})

    def claim(self, event_id: str, now: datetime) -> bool:
        """Claim the one refresh that is due; return True for exactly one of all callers.

        Use `claim_for` where any visitor can cause a claim.
        """
        lease = Lease(self._table, keys.row_key(event_id, keys.FEED_ROW), secrets.token_hex(8))
        due = Attr(NEXT)
        return lease.acquire(
            now,
            CLAIM,
            only_if=due.not_exists() | due.lte(to_sortable(now)),
            put={NEXT: to_sortable(now + CLAIM), **_expiry(event_id, now)},
            remove=(EXPIRED,),
        )

    def claim_for(self, event: Event, now: datetime) -> bool:
        """Claim a refresh for a visitor, whose request costs a call of the Graph API.

        Nothing is read of a window that has not begun, or was over before there were posts.
        Refreshes of those that are not current are rationed site-wide: dates are all there without
        an operator having created them, and a site may have had many events.
        """
        if event.starts_at > now or event.ends_at <= FIRST_POSTS:
            return False
        if event.is_near(now):
            return self.claim(event.id, now)
        ration = self._past_dates if event.whole_day else self._past_events
        if not ration.take(now):
            return False
        claimed = self.claim(event.id, now)
        if not claimed:
            # Of many views at one time, one causes a call.
            ration.give_back(now)
        return claimed

    def expiry(self, event_id: str) -> TransactWriteItemTypeDef:
        """Return the write that lets the next view refresh a feed.

        It is for the transaction that changes the event's window or account. A refresh that is
        running reads what was wanted before: the next one follows at once.
        """
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": keys.row_key(event_id, keys.FEED_ROW),
                "UpdateExpression": "SET #expired = :yes REMOVE #next",
                "ExpressionAttributeNames": {"#expired": EXPIRED, "#next": NEXT},
                "ExpressionAttributeValues": {":yes": True},
            }
        }

    def synced(self, event_id: str, now: datetime) -> None:
        """Record that the stored posts are those of `now`."""
        self._finish(event_id, Outcome.SYNCED, now, self._freshness)

    def failed(self, event_id: str, outcome: Outcome, now: datetime) -> None:
        """Record that nothing could be read; the time of the last success stays."""
        self._finish(event_id, outcome, now, min(self._freshness, RETRY))

    def _finish(self, event_id: str, outcome: Outcome, now: datetime, pause: timedelta) -> None:
        columns = {
            "outcome": outcome.value,
            NEXT: to_sortable(now + pause),
            **_expiry(event_id, now),
        }
        if outcome is Outcome.SYNCED:
            columns["synced_at"] = to_sortable(now)
        key = keys.row_key(event_id, keys.FEED_ROW)
        # Of any claim: the outcome of a reading whose claim has expired counts as well.
        if not update_if(
            self._table, key, Attr(EXPIRED).not_exists(), put=columns, remove=(OWNER, UNTIL)
        ):
            del columns[NEXT]
            update_if(self._table, key, None, put=columns, remove=(OWNER, UNTIL))


def _expiry(event_id: str, now: datetime) -> dict[str, int]:
    """Return when a row may be deleted: those of dates, since any visitor can cause them."""
    return {keys.EXPIRES: int((now + RETENTION).timestamp())} if is_date(event_id) else {}
