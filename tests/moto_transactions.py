"""Transactions of moto at a cost that does not depend on the size of the table.

Before each transaction moto copies every row of its tables, to put them back if a write is refused.
With thousands of rows that took most of a test's time. Only rows that the transaction names can
change: these alone are copied.
"""

from __future__ import annotations

import copy
import threading
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from tests.json_types import JsonObject


class _Running(threading.local):
    """The writes of the transaction that a thread runs."""

    writes: Sequence[JsonObject] = ()


_RUNNING = _Running()
_transact = DynamoDBBackend.transact_write_items


def make_transactions_cheap() -> None:
    """Replace what moto does before a transaction."""
    DynamoDBBackend.transact_write_items = _remembered  # type: ignore[method-assign,assignment]
    Table.__deepcopy__ = _state_of  # type: ignore[attr-defined]


def _remembered(backend: DynamoDBBackend, transact_items: list[JsonObject]) -> None:
    _RUNNING.writes = transact_items
    try:
        _transact(backend, transact_items)
    finally:
        _RUNNING.writes = ()


def _state_of(table: Table, _: dict[int, Any]) -> Table:
    """Return a table to go back to: with its own copies of the rows that will be written."""
    state, ranged = copy.copy(table), table.range_key_attr is not None
    rows: Any = table.items
    state.items = defaultdict(
        dict, {key: dict(row) if ranged else row for key, row in rows.items()}
    )
    copied: Any = state.items
    for write in (one for kinds in _RUNNING.writes for one in kinds.values()):
        if write.get("TableName") != table.name:
            continue
        key = write.get("Key") or write["Item"]
        hash_key = DynamoType(key[table.hash_key_attr])
        if not ranged and hash_key in copied:
            copied[hash_key] = copy.deepcopy(copied[hash_key])
        elif ranged and hash_key in copied:
            range_key = DynamoType(key[table.range_key_attr])
            if range_key in copied[hash_key]:
                copied[hash_key][range_key] = copy.deepcopy(copied[hash_key][range_key])
    return state
