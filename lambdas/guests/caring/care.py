"""What was done for an event's hosts, in a row beside the event: its version does not change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import update_if
from lambdas.storage.rows import from_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class Care:
    """What hosts have been informed of, and when; times are aware UTC.

    `reminded_of` is the time of deletion that the last reminder named. `summary_at` is when the
    summary was sent, or found to have nothing to say.
    """

    notified_at: datetime | None = None
    reminded_at: datetime | None = None
    reminded_of: datetime | None = None
    summary_at: datetime | None = None


@dataclass(frozen=True)
class CareStore:
    """The rows of all events."""

    table: Table

    def get(self, event_id: str) -> Care:
        """Return an event's row, read consistently; an empty one if there is none."""
        key = keys.row_key(event_id, keys.CARE_ROW)
        return from_row(Care, self.table.get_item(Key=key, ConsistentRead=True).get("Item", {}))

    def note(self, event_id: str, **times: datetime) -> None:
        """Record times; what is not named stays."""
        put = {name: to_sortable(moment) for name, moment in times.items()}
        update_if(self.table, keys.row_key(event_id, keys.CARE_ROW), None, put=put)
