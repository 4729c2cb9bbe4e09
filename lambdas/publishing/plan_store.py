"""The plans of accounts, and which of their slots are free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.publishing import keys
from lambdas.publishing.ledger import DataDeleted, DynamoLedger
from lambdas.publishing.plan import Plan, default_plan
from lambdas.publishing.records import PublishAt
from lambdas.publishing.states import State
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.transactions import transact
from lambdas.storage.keys import PARTITION, SORT
from lambdas.storage.packing import packed, unpacked
from lambdas.storage.rows import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import PutTypeDef


@dataclass(frozen=True)
class PlanStore:
    """The plans in the posts table; `zone` is that of accounts without a plan."""

    table: Table
    marks: DeletionMarks
    ledger: DynamoLedger
    zone: str

    @property
    def tenant(self) -> str:
        """Return whose accounts these are."""
        return self.ledger.tenant

    def read(self, account_id: str) -> Plan:
        """Return an account's plan; an empty one if none was ever set."""
        key = keys.account_key(self.tenant, account_id, keys.PLAN)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return unpacked(Plan, row[keys.BODY]) if row else default_plan(self.zone)

    def write(self, account_id: str, plan: Plan, connected_at: datetime | None) -> None:
        """Replace an account's plan; posts keep the times they have. Raises DataDeleted."""
        key = keys.account_key(self.tenant, account_id, keys.PLAN)
        row = {**key, keys.BODY: packed(plan)}
        check = self.marks.check(account_id, connected_at)
        put: PutTypeDef = {"TableName": self.table.name, "Item": row}
        if transact(self.table, [{"ConditionCheck": check}, {"Put": put}]):
            raise DataDeleted

    def free_slots(self, account_id: str, plan: Plan, now: datetime) -> Iterator[PublishAt]:
        """Iterate over the free slots as they were when this began, the next first.

        Another post may take one meanwhile: whether it is free is decided by the ledger.
        """
        busy = {post.due_at for post in self.ledger.posts(account_id, states=[State.SCHEDULED])}
        return plan.free_slots(now, set(self._held(account_id)), busy)

    def _held(self, account_id: str) -> Iterator[str]:
        prefix = keys.slot_sort("")
        rows = query_all(
            self.table,
            KeyConditionExpression=Key(PARTITION).eq(
                keys.account_partition(self.tenant, account_id)
            )
            & Key(SORT).begins_with(prefix),
            ConsistentRead=True,
        )
        return (str(row[SORT]).removeprefix(prefix) for row in rows)
