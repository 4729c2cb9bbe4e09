"""The one PIN that guests enter to add photos to the events of dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.guests.pins.pin import Pin, hash_of
from lambdas.storage import keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

SCOPE = "dates"
KEY = keys.single_key("SITE", "DATE_PIN") | {keys.SORT: "SITE"}


@dataclass(frozen=True)
class DatePinStore:
    """Keeps the PIN."""

    table: Table

    def get(self) -> Pin | None:
        """Return the PIN, read consistently, or None if none is set."""
        row = self.table.get_item(Key=KEY, ConsistentRead=True).get("Item") or {}
        if not row.get("pin_hash"):
            return None
        return Pin(SCOPE, str(row["pin_hash"]), int(str(row["pin_version"])))

    def set(self, pin: str | None) -> None:
        """Set the PIN, or none; guests have to enter the new one."""
        self.table.update_item(
            Key=KEY,
            UpdateExpression="SET pin_hash = :hash ADD pin_version :one",
            ExpressionAttributeValues={":hash": hash_of(pin) if pin else "", ":one": 1},
        )
