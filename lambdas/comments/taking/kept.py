"""Updates that nothing here understands, or that are for an account that is not connected."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import msgspec

from lambdas.comments import keys
from lambdas.kit.clock import to_sortable
from lambdas.kit.decoded import JsonObject
from lambdas.storage.keys import EXPIRES, PARTITION, SORT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

RETENTION = timedelta(days=30)
WHY, FIELD, AT = "why", "field", "at"
# Rows have at most 400 kB. Source: quotas in the DynamoDB guide.
MAX_BYTES = 300_000


class Kept(Protocol):
    """Keeps updates."""

    def keep(self, account_id: str, at: datetime, field: str, value: JsonObject, why: str) -> None:
        """Keep an update as it is. Keeping it twice keeps one."""


@dataclass(frozen=True)
class KeptUpdates:
    """The updates that are kept for 30 days, so that a later release can read them."""

    table: Table
    tenant: str

    def keep(self, account_id: str, at: datetime, field: str, value: JsonObject, why: str) -> None:
        """Keep an update as it is. Keeping it twice keeps one."""
        body = msgspec.json.encode(value)
        digest = hashlib.sha256(field.encode() + body).hexdigest()[:32]
        self.table.put_item(
            Item={
                PARTITION: keys.kept_partition(self.tenant, account_id),
                # By content alone: a time may be that of the attempt.
                SORT: digest,
                AT: to_sortable(at),
                FIELD: field,
                WHY: why,
                keys.BODY: body[:MAX_BYTES],
                EXPIRES: int((at + RETENTION).timestamp()),
            }
        )
