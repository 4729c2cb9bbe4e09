"""The budget of Graph calls, shared by all functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.graph.budget import BudgetState
from lambdas.kit import aws
from lambdas.kit.clock import from_rfc3339, to_rfc3339
from lambdas.storage import keys

ROW = "BUDGET"
# Long after a block is over and its percentage forgotten.
RETENTION = timedelta(days=2)
EPOCH = datetime.fromtimestamp(0, UTC)


class DynamoBudgetStore:
    """A `BudgetStore` in the events' table."""

    def __init__(self, table_name: str) -> None:
        self._name = table_name

    def read(self, names: tuple[str, ...]) -> dict[str, BudgetState]:
        """The states of those names that are known, read consistently."""
        table = aws.table(self._name)
        found = {
            name: table.get_item(Key=keys.graph_key(name, ROW), ConsistentRead=True).get("Item")
            for name in names
        }
        return {name: _state_of(row) for name, row in found.items() if row}

    def write(self, name: str, state: BudgetState) -> None:
        """Keeps a state. Of two blocks written at the same time the longer one stays."""
        row = {
            **keys.graph_key(name, ROW),
            "name": name,
            "percent": round(state.percent),
            "seen_at": _text(state.seen_at),
            "blocked_until": _text(state.blocked_until),
            "throttles": state.throttles,
            keys.EXPIRES: int(
                ((state.seen_at or state.blocked_until or EPOCH) + RETENTION).timestamp()
            ),
        }
        item: Any = {column: value for column, value in row.items() if value is not None}
        table = aws.table(self._name)
        try:
            table.put_item(
                Item=item,
                ConditionExpression="attribute_not_exists(blocked_until) OR blocked_until <= :mine OR blocked_until <= :now",
                ExpressionAttributeValues={
                    ":mine": _text(state.blocked_until) or "",
                    ":now": _text(state.seen_at) or "",
                },
            )
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            return


def _text(moment: datetime | None) -> str | None:
    return to_rfc3339(moment.replace(microsecond=0)) if moment else None


def _state_of(row: dict[str, Any]) -> BudgetState:
    return BudgetState(
        percent=float(row["percent"]),
        seen_at=from_rfc3339(row["seen_at"]) if "seen_at" in row else None,
        blocked_until=from_rfc3339(row["blocked_until"]) if "blocked_until" in row else None,
        throttles=int(row["throttles"]),
    )
