"""When an event's Instagram posts were last read, how that went, and who may read them next."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from lambdas.kit import aws
from lambdas.kit.clock import from_rfc3339, to_rfc3339
from lambdas.storage import keys
from lambdas.storage.conditional import condition_failed

# A claim that nothing came of (a killed function) is free again after this; it outlasts the refresh's own time limit.
CLAIM = timedelta(minutes=3)
# After a failure the next viewer tries again sooner than the freshness setting says.
RETRY = timedelta(minutes=1)


class Outcome(enum.StrEnum):
    """How the last reading ended."""

    SYNCED = "synced"
    UNAVAILABLE = "unavailable"
    NOT_CONNECTED = "not_connected"


@dataclass(frozen=True)
class FeedState:
    """What is known of an event's feed; times are aware UTC. A feed that was never read has nothing."""

    synced_at: datetime | None = None
    next_refresh_at: datetime | None = None
    outcome: Outcome | None = None

    def due(self, now: datetime) -> bool:
        """Whether somebody should claim a refresh."""
        return self.next_refresh_at is None or self.next_refresh_at <= now

    def label(self, now: datetime, freshness: timedelta) -> str:
        """What the page says: `fresh`, `stale`, `unavailable` or `not_connected`."""
        if self.outcome in (Outcome.UNAVAILABLE, Outcome.NOT_CONNECTED):
            return self.outcome.value
        return "fresh" if self.synced_at and now - self.synced_at <= freshness else "stale"


class FeedStateStore:
    """The feed states of all events in one table."""

    def __init__(self, table_name: str, freshness: timedelta) -> None:
        self._name = table_name
        self._freshness = freshness

    def get(self, event_id: str) -> FeedState:
        """The state of an event's feed."""
        row: dict[str, Any] = (
            aws.table(self._name)
            .get_item(Key=keys.row_key(event_id, keys.FEED_ROW))
            .get("Item", {})
        )
        return FeedState(
            synced_at=from_rfc3339(row["synced_at"]) if "synced_at" in row else None,
            next_refresh_at=from_rfc3339(row["next_refresh_at"])
            if "next_refresh_at" in row
            else None,
            outcome=Outcome(row["outcome"]) if "outcome" in row else None,
        )

    def claim(self, event_id: str, now: datetime) -> bool:
        """Takes the right to start the one refresh that is due; True for exactly one of all who ask."""
        try:
            aws.table(self._name).update_item(
                Key=keys.row_key(event_id, keys.FEED_ROW),
                UpdateExpression="SET next_refresh_at = :later",
                ConditionExpression="attribute_not_exists(next_refresh_at) OR next_refresh_at <= :now",
                ExpressionAttributeValues={
                    ":now": _sortable(now),
                    ":later": _sortable(now + CLAIM),
                },
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def synced(self, event_id: str, now: datetime) -> None:
        """Records that the stored posts are those of `now`."""
        self._finish(
            event_id,
            Outcome.SYNCED,
            now + self._freshness,
            ", synced_at = :synced",
            {":synced": _sortable(now)},
        )

    def failed(self, event_id: str, outcome: Outcome, now: datetime) -> None:
        """Records that nothing could be read; when it last could be stays as it was."""
        self._finish(event_id, outcome, now + min(self._freshness, RETRY), "", {})

    def _finish(
        self, event_id: str, outcome: Outcome, then: datetime, more: str, values: dict[str, str]
    ) -> None:
        aws.table(self._name).update_item(
            Key=keys.row_key(event_id, keys.FEED_ROW),
            UpdateExpression="SET #outcome = :outcome, next_refresh_at = :next" + more,
            ExpressionAttributeNames={"#outcome": "outcome"},
            ExpressionAttributeValues={
                ":outcome": outcome.value,
                ":next": _sortable(then),
                **values,
            },
        )


def _sortable(moment: datetime) -> str:
    """To whole seconds, so that texts sort as times do."""
    return to_rfc3339(moment.replace(microsecond=0))
