"""Pauses of what rules send for an account, after Instagram took its activity for spam."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from boto3.dynamodb.conditions import Attr

from lambdas.comments import keys
from lambdas.kit.clock import from_rfc3339, to_sortable
from lambdas.storage.conditional import put_if
from lambdas.storage.keys import EXPIRES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

PAUSE = timedelta(hours=24)
PAUSED_UNTIL = "paused_until"


class Pauses(Protocol):
    """The pauses of accounts."""

    def pause(self, account_id: str, now: datetime) -> bool:
        """Pause for a day; return False if a pause was on."""

    def until(self, account_id: str, now: datetime) -> datetime | None:
        """Return when an account's pause ends; None if none is on."""

    def end(self, account_id: str) -> None:
        """End an account's pause, if one is on."""


@dataclass(frozen=True)
class StoredPauses:
    """The pauses, one row for each account."""

    table: Table
    tenant: str

    def pause(self, account_id: str, now: datetime) -> bool:
        """Pause for a day; return False if a pause was on."""
        until = now + PAUSE
        row = {
            **keys.account_key(self.tenant, account_id, keys.PAUSE),
            PAUSED_UNTIL: to_sortable(until),
            EXPIRES: int(until.timestamp()),
        }
        over = Attr(PAUSED_UNTIL).not_exists() | Attr(PAUSED_UNTIL).lte(to_sortable(now))
        return put_if(self.table, row, over)

    def until(self, account_id: str, now: datetime) -> datetime | None:
        """Return when an account's pause ends; None if none is on."""
        key = keys.account_key(self.tenant, account_id, keys.PAUSE)
        row = self.table.get_item(Key=key).get("Item")
        end = from_rfc3339(str(row[PAUSED_UNTIL])) if row else None
        return end if end and end > now else None

    def end(self, account_id: str) -> None:
        """End an account's pause, if one is on."""
        self.table.delete_item(Key=keys.account_key(self.tenant, account_id, keys.PAUSE))
