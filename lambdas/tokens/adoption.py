"""The adoption of the environment's token: who does it, and when it may be tried again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.lease import Lease
from lambdas.storage.rows import Row, from_row, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

DURATION = timedelta(seconds=75)
AFTER_FAILURE = timedelta(hours=20)
RETENTION = timedelta(days=7)


@dataclass(frozen=True)
class AdoptionState:
    """What is known about the adoption of one token.

    `suspected_at` is when Meta first said that the token is dead, `refused_since` when it first
    refused to refresh a token that works.
    """

    failing: bool = False
    suspected_at: datetime | None = None
    refused_since: datetime | None = None
    adopted_at: datetime | None = None


class Adoptions:
    """One row for each token of the environment, in the table of tokens."""

    def __init__(self, table: Table, tenant: str, fingerprint: str, owner: str) -> None:
        self._table = table
        self._key = keys.single_key("ADOPTION", f"{tenant}#{fingerprint}")
        self._lease = Lease(table, self._key, owner)

    def acquire(self, now: datetime, *, forced: bool) -> bool:
        """Take the lease; unless an operator asks (`forced`), only once an attempt is due."""
        due = Attr("not_before")
        return self._lease.acquire(
            now,
            DURATION,
            only_if=None if forced else due.not_exists() | due.lte(to_sortable(now)),
            put={keys.EXPIRES: int((now + RETENTION).timestamp())},
        )

    def state(self) -> AdoptionState | None:
        """Return what is known about the adoption; None if it was never tried."""
        row: Row | None = self._table.get_item(Key=self._key, ConsistentRead=True).get("Item")
        return from_row(AdoptionState, row) if row else None

    def end(self, state: AdoptionState, not_before: datetime | None = None) -> None:
        """End the lease and store how it went; the next attempt is due at `not_before`.

        That a token was adopted is kept for good: it may be dead when it is looked at again.
        """
        columns = to_row(state) | to_row({"not_before": not_before})
        names = {"failing", "suspected_at", "refused_since", "adopted_at", "not_before"}
        gone = names - set(columns) | ({keys.EXPIRES} if state.adopted_at else set())
        self._lease.release(put=columns, remove=tuple(gone))


def fingerprint(token: str) -> str:
    """Return a text that identifies a token and reveals nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]
