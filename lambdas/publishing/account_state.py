"""Whether an account's posts are stopped: after Instagram took them for spam, until a person says.

It is a column of its own in the account's row, so that a change of the account's other settings
never brings a stop back or loses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.publishing import keys
from lambdas.storage.conditional import update_if
from lambdas.storage.packing import Packed, packed, unpacked

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

STOP = "stop"


class AccountState(Packed, frozen=True, kw_only=True):
    """Since when an account's posts are stopped, and why; None while they are not."""

    stopped_at: datetime | None = None
    stopped_code: str | None = None

    @property
    def is_stopped(self) -> bool:
        """Return whether nothing is published for the account."""
        return self.stopped_at is not None


@dataclass(frozen=True)
class AccountStates:
    """The states of a tenant's accounts."""

    table: Table
    tenant: str

    def read(self, account_id: str) -> AccountState:
        """Return an account's state."""
        row = self.table.get_item(Key=self._key(account_id), ConsistentRead=True).get("Item", {})
        return unpacked(AccountState, row[STOP]) if STOP in row else AccountState()

    def stop(self, account_id: str, code: str, at: datetime) -> bool:
        """Stop an account's posts; return False if they were stopped already."""
        state = AccountState(stopped_at=at, stopped_code=code)
        free = Attr(STOP).not_exists()
        return update_if(self.table, self._key(account_id), free, put={STOP: packed(state)})

    def resume(self, account_id: str) -> bool:
        """Let an account's posts be published again; return False if they were not stopped."""
        stopped = Attr(STOP).exists()
        return update_if(self.table, self._key(account_id), stopped, remove=(STOP,))

    def _key(self, account_id: str) -> dict[str, str]:
        return keys.account_key(self.tenant, account_id, keys.ACCOUNT)
