"""Requests of Instagram users that their data be deleted, and what became of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lambdas.kit import aws
from lambdas.kit.clock import from_rfc3339
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import sortable

RETENTION = timedelta(days=400)


@dataclass(frozen=True)
class Deletion:
    """A request: when it came, and how many connected accounts were deleted by it. Whose it was is not kept."""

    code: str
    requested_at: datetime
    accounts: int


class Deletions:
    """The requests, in the table of tokens."""

    def __init__(self, table_name: str) -> None:
        self._name = table_name

    def record(self, at: datetime, accounts: int) -> Deletion:
        """Keeps a request under a new code."""
        deletion = Deletion(secrets.token_hex(10), at, accounts)
        row: Any = keys.single_key("DELETION", deletion.code) | {
            "requested_at": sortable(at),
            "accounts": accounts,
        }
        aws.table(self._name).put_item(Item=row | {keys.EXPIRES: int((at + RETENTION).timestamp())})
        return deletion

    def get(self, code: str) -> Deletion | None:
        """The request of a code, or None."""
        row: Any = aws.table(self._name).get_item(Key=keys.single_key("DELETION", code)).get("Item")
        return (
            Deletion(code, from_rfc3339(row["requested_at"]), int(row["accounts"])) if row else None
        )
