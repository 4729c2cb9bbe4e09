"""What an event has: numbers for its hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.storage import keys
from lambdas.storage.events.photo import FINISHED, PhotoState, Reason
from lambdas.storage.rows import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class Counts:
    """How many photos are kept, from how many devices, and how many of them wait for a host.

    `reported` are those that wait because a guest reported them.
    """

    photos: int = 0
    guests: int = 0
    waiting: int = 0
    reported: int = 0


def counts_of(table: Table, event_id: str) -> Counts:
    """Count an event's photos, read consistently."""
    in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id))
    rows = query_all(
        table,
        KeyConditionExpression=in_event & Key(keys.SORT).begins_with(keys.PHOTO_PREFIX),
        ProjectionExpression="#state, #reason, device",
        ExpressionAttributeNames={"#state": "state", "#reason": "reason"},
        ConsistentRead=True,
    )
    kept = [row for row in rows if row["state"] in FINISHED]
    waiting = [row for row in kept if row["state"] == PhotoState.IN_REVIEW]
    return Counts(
        photos=len(kept),
        guests=len({row["device"] for row in kept}),
        waiting=len(waiting),
        reported=sum(row.get("reason") == Reason.REPORTED for row in waiting),
    )
