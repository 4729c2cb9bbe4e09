"""The budget of Graph calls, shared by all functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, ConditionBase

from lambdas.graph.budget import BudgetState
from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import put_if
from lambdas.storage.rows import from_row, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

ROW = "BUDGET"
# Long after a block has ended and its percentage no longer counts.
RETENTION = timedelta(days=2)
EPOCH = datetime.fromtimestamp(0, UTC)


class DynamoBudgetStore:
    """A `BudgetStore` in the events' table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, names: tuple[str, ...]) -> dict[str, BudgetState]:
        """Return the states of those names that are known, read consistently."""
        found = {
            name: self._table.get_item(Key=keys.graph_key(name, ROW), ConsistentRead=True)
            for name in names
        }
        return {
            name: from_row(BudgetState, answer["Item"])
            for name, answer in found.items()
            if "Item" in answer
        }

    def write(self, name: str, state: BudgetState) -> None:
        """Keep a state. Of two blocks written at the same time the longer one stays."""
        last = state.seen_at or state.blocked_until or EPOCH
        row = {
            **keys.graph_key(name, ROW),
            **to_row(state),
            "name": name,
            # DynamoDB takes no floats.
            "percent": round(state.percent),
            keys.EXPIRES: int((last + RETENTION).timestamp()),
        }
        blocked = Attr("blocked_until")
        over: ConditionBase = blocked.not_exists()
        for moment in (state.blocked_until, state.seen_at):
            over |= blocked.lte(to_sortable(moment) if moment else "")
        put_if(self._table, row, over)
