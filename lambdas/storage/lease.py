"""A lease: the right to do one piece of work, held in two columns of a row until it expires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, ConditionBase

from lambdas.kit.clock import to_sortable
from lambdas.storage.conditional import Key, update_if

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

OWNER, UNTIL = "lease_owner", "lease_until"
# A lease that ends later than any can was taken by a clock that ran ahead: it does not count.
MAX_DURATION = timedelta(minutes=10)


@dataclass(frozen=True)
class Lease:
    """A lease on the row `key`, for one owner and a limited time."""

    table: Table
    key: Key
    owner: str

    def acquire(
        self,
        now: datetime,
        duration: timedelta,
        *,
        only_if: ConditionBase | None = None,
        or_if: ConditionBase | None = None,
        put: Mapping[str, object] | None = None,
        remove: tuple[str, ...] = (),
    ) -> bool:
        """Take the lease if it is free or expired; return whether it is ours now.

        `only_if` must hold as well; `or_if` gives a running lease away; `put` and `remove` change
        further columns with it.
        """
        condition = is_free(now) if or_if is None else is_free(now) | or_if
        if only_if is not None:
            condition = condition & only_if
        columns = {OWNER: self.owner, UNTIL: to_sortable(now + duration), **(put or {})}
        return update_if(self.table, self.key, condition, put=columns, remove=remove)

    def release(
        self, *, put: Mapping[str, object] | None = None, remove: tuple[str, ...] = ()
    ) -> bool:
        """End the lease if it is still ours, and set or delete further columns with it."""
        return update_if(
            self.table, self.key, self.is_ours, put=put, remove=(*remove, OWNER, UNTIL)
        )

    @property
    def is_ours(self) -> ConditionBase:
        """Return the condition that the row is still leased to this owner."""
        return Attr(OWNER).eq(self.owner)


def is_free(now: datetime) -> ConditionBase:
    """Return the condition that no lease is held at this time."""
    until = Attr(UNTIL)
    return (
        until.not_exists() | until.lte(to_sortable(now)) | until.gt(to_sortable(now + MAX_DURATION))
    )
