"""Starting a collection by hand: at most once in 15 minutes, and without waiting for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.analytics import keys
from lambdas.analytics.accounts import Account, Connection
from lambdas.analytics.change_views import CollectJson
from lambdas.analytics.collecting.sweep import CollectQueue
from lambdas.analytics.records import Unit
from lambdas.kit.clock import Clock, from_rfc3339, to_rfc3339, to_sortable
from lambdas.kit.errors import Conflict, LimitReached, ReauthRequired, Unavailable
from lambdas.storage.conditional import put_if, update_if
from lambdas.storage.keys import EXPIRES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

PAUSE = timedelta(minutes=15)
RETENTION = timedelta(days=1)
STARTED = "started_at"


# The newest posts are among all.
UNITS: list[Unit] = [unit for unit in Unit if unit is not Unit.POSTS]


@dataclass(frozen=True, kw_only=True)
class CollectNow:
    """Puts a message for each unit of an account into the queue of collections."""

    table: Table
    tenant: str
    queue: CollectQueue
    clock: Clock

    def start(self, account: Account) -> CollectJson:
        """Start a collection.

        Raises LimitReached within 15 minutes of the last one, Conflict or ReauthRequired for an
        account that cannot be read, Unavailable if the queue does not take the messages.
        """
        _require_connected(account)
        now = self.clock.now().replace(microsecond=0)
        self._take(account, now)
        try:
            self.queue.put(account.id, UNITS)
        except Exception as error:
            # The next attempt need not wait for one that did not start.
            mine = Attr(STARTED).eq(to_sortable(now))
            update_if(self.table, self._key(account), mine, remove=(STARTED,))
            raise Unavailable("The collection could not be started. Try again.") from error
        return CollectJson(account.id, [unit.value for unit in UNITS], to_rfc3339(now))

    def _take(self, account: Account, now: datetime) -> None:
        row = {
            **self._key(account),
            STARTED: to_sortable(now),
            EXPIRES: int((now + RETENTION).timestamp()),
        }
        started = Attr(STARTED)
        # A time that lies ahead was written by a clock that ran ahead: it does not count.
        free = (
            started.not_exists()
            | started.lte(to_sortable(now - PAUSE))
            | started.gt(to_sortable(now + PAUSE))
        )
        if put_if(self.table, row, free):
            return
        last = self.table.get_item(Key=self._key(account), ConsistentRead=True).get("Item", {})
        ends = from_rfc3339(str(last.get(STARTED, to_sortable(now)))) + PAUSE
        raise LimitReached(
            "A collection of this account was started a short while ago. Its numbers appear as "
            "they arrive.",
            code="collected_recently",
            retry_after=max(1, math.ceil((ends - now).total_seconds())),
        )

    def _key(self, account: Account) -> dict[str, str]:
        return keys.row_key(self.tenant, account.id, keys.COLLECT)


def _require_connected(account: Account) -> None:
    if account.connection is Connection.DISCONNECTED:
        raise Conflict(
            "This account is disconnected. Open GET /instagram/connect to connect it.",
            code="account_disconnected",
        )
    if account.connection is Connection.RECONNECT_REQUIRED:
        raise ReauthRequired(
            "This account must be connected again. Open GET /instagram/connect.",
            code="reconnect_required",
        )
