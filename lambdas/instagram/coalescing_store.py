"""Request coalescing across functions: of identical reads at one time, one makes the call."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.graph.decoding import Json
from lambdas.kit.clock import Clock, to_sortable
from lambdas.storage import keys
from lambdas.storage.lease import UNTIL, Lease
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

ROW = "READ"
LEASE = timedelta(seconds=25)
RETENTION = timedelta(hours=1)
POLL_SECONDS = 0.1
# A row holds 400 KB; every caller reads a larger answer for itself.
MAX_BYTES = 300_000
BODY = "body"


class DynamoCoalescingStore:
    """A `CoalescingStore` in the events' table. Answers that hold tokens never come here."""

    def __init__(
        self, table: Table, clock: Clock, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._table = table
        self._clock = clock
        self._sleep = sleep
        # A late caller must not end the lease that another one has taken meanwhile.
        self._owner = secrets.token_hex(8)

    def acquire(self, key: str) -> bool:
        """Take the lease on a read; return whether the caller is the one who makes it.

        A stored answer is for those who waited for it. A later caller reads again, since the
        answer may be older than a change that this caller has just made.
        """
        now = self._clock.now()
        return self._lease(key).acquire(
            now,
            LEASE,
            or_if=Attr(BODY).exists(),
            put={keys.EXPIRES: int((now + RETENTION).timestamp())},
            remove=(BODY,),
        )

    def publish(self, key: str, body: Json) -> None:
        """Store the answer for those who wait, and end the lease."""
        text = json.dumps(body)
        columns = {BODY: text} if len(text.encode()) <= MAX_BYTES else {}
        self._lease(key).release(put=columns)

    def release(self, key: str) -> None:
        """End the lease without an answer."""
        self._lease(key).release()

    def wait(self, key: str) -> tuple[bool, Json]:
        """Wait for the answer while a lease runs; return whether there is one, and which."""
        while True:
            found = self._table.get_item(Key=keys.graph_key(key, ROW), ConsistentRead=True)
            row: Row = found.get("Item", {})
            if BODY in row:
                return True, json.loads(row[BODY])
            if row.get(UNTIL, "") <= to_sortable(self._clock.now()):
                return False, None
            self._sleep(POLL_SECONDS)

    def _lease(self, key: str) -> Lease:
        return Lease(self._table, keys.graph_key(key, ROW), self._owner)
