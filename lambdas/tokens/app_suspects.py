"""Which accounts of an app were refused in the last hour: several at once point to the app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.storage import keys
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

MIN_SUSPECTS = 3
WINDOW = timedelta(hours=1)
RETENTION = timedelta(hours=3)


@dataclass(frozen=True)
class AppSuspects:
    """Counts the owners of refused accounts, by app and hour, in the table of tokens."""

    table: Table
    tenant: str

    def add(self, app_id: str, owner: str, now: datetime) -> int:
        """Add an owner; return how many different ones there were in this hour and the last."""
        answer = self.table.update_item(
            Key=self._key(app_id, now),
            UpdateExpression=f"ADD owners :owner SET {keys.EXPIRES} = :end",
            ExpressionAttributeValues={
                ":owner": {owner},
                ":end": int((now + RETENTION).timestamp()),
            },
            ReturnValues="ALL_NEW",
        )
        before = self.table.get_item(Key=self._key(app_id, now - WINDOW), ConsistentRead=True)
        current: Row = answer["Attributes"]
        earlier: Row = before.get("Item", {})
        return len(set(current["owners"]) | set(earlier.get("owners", set())))

    def _key(self, app_id: str, at: datetime) -> dict[str, str]:
        return keys.single_key("SUSPECTS", f"{self.tenant}#{app_id}#{at:%Y-%m-%dT%H}")
