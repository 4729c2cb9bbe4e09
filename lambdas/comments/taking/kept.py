"""Updates that nothing here understands, or that are for an account that is not connected."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import msgspec

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.comments.updates import Foreign
from lambdas.kit.clock import to_sortable
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.transactions import transact
from lambdas.storage.keys import EXPIRES, PARTITION, SORT
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

RETENTION = timedelta(days=30)
WHY, FIELD, AT = "why", "field", "at"
# Rows have at most 400 kB. Source: quotas in the DynamoDB guide.
MAX_BYTES = 300_000


class Kept(Protocol):
    """Keeps updates."""

    def keep(self, account: InboxAccount, update: Foreign) -> None:
        """Keep an update as it is. Keeping it twice keeps one. Raises AccountDataDeleted."""


@dataclass(frozen=True)
class KeptUpdates:
    """The updates that are kept for 30 days, so that a later release can read them."""

    table: Table
    marks: DeletionMarks
    tenant: str

    def keep(self, account: InboxAccount, update: Foreign) -> None:
        """Keep an update as it is. Keeping it twice keeps one. Raises AccountDataDeleted."""
        body = msgspec.json.encode(update.value)
        digest = hashlib.sha256(update.field.encode() + body).hexdigest()[:32]
        row: Row = {
            PARTITION: keys.kept_partition(self.tenant, account.id),
            # By content alone: a time may be that of the attempt.
            SORT: digest,
            AT: to_sortable(update.at),
            FIELD: update.field,
            WHY: update.why,
            keys.BODY: body[:MAX_BYTES],
            EXPIRES: int((update.at + RETENTION).timestamp()),
        }
        check = self.marks.check(account.id, account.connected_at)
        put: PutTypeDef = {"TableName": self.table.name, "Item": row}
        if transact(self.table, [{"ConditionCheck": check}, {"Put": put}]):
            raise AccountDataDeleted
