"""Empty answers for events that have posts: the first one is not acted on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import put_if

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

ROW = "FEED_EMPTY"
# The second look is a later reading, not the same message delivered again.
MIN_APART = timedelta(minutes=1)
RETENTION = timedelta(days=7)


@dataclass(frozen=True)
class EmptyAnswers:
    """When an event's posts were first answered with nothing, in the events table."""

    table: Table

    def confirms(self, event_id: str, now: datetime) -> bool:
        """Record an empty answer; return whether it confirms an earlier one."""
        key = keys.row_key(event_id, ROW)
        expires = {keys.EXPIRES: int((now + RETENTION).timestamp())}
        row = {**key, **expires, "first_at": to_sortable(now)}
        if put_if(self.table, row, Attr(keys.PARTITION).not_exists()):
            return False
        found = self.table.get_item(Key=key, ConsistentRead=True).get("Item", {})
        return str(found.get("first_at", "9")) <= to_sortable(now - MIN_APART)

    def forget(self, event_id: str) -> None:
        """Forget the empty answers of an event."""
        self.table.delete_item(Key=keys.row_key(event_id, ROW))
