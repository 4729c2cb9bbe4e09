"""The mark of an account whose data must be deleted: it fences every write of that data.

Its row is alone in the partition `DELETED#<account id>` of the events table. Each feature that
keeps data of accounts deletes its own part and records that in a column of the mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.conditional import put_if, update_if
from lambdas.storage.events.cleanup import Mark
from lambdas.storage.events.transactions import REFUSED, transact
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef, PutTypeDef

RETENTION = timedelta(days=400)
REQUESTED, REPEATED, DONE = "requested_at", "repeated_at", "done_at_"


class RowChanged(Exception):
    """The row has been changed since the new one was made from it."""


class CopiesLost(Exception):
    """A sweep has taken the copies of a row's pictures for abandoned, and deleted them."""


@dataclass(frozen=True)
class DeletionMarks:
    """The marks of all accounts."""

    table: Table

    def mark(self, account_id: str, requested_at: datetime) -> None:
        """Mark an account. A mark of a later request stays as it is."""
        at = to_sortable(requested_at)
        row = {
            **_key(account_id),
            REQUESTED: at,
            keys.EXPIRES: int((requested_at + RETENTION).timestamp()),
        }
        put_if(self.table, row, Attr(REQUESTED).not_exists() | Attr(REQUESTED).lt(at))

    def finish(self, account_id: str, requested_at: datetime, at: datetime, feature: str) -> None:
        """Record that a feature has nothing left of it, unless a later request has been made."""
        same = Attr(REQUESTED).eq(to_sortable(requested_at))
        update_if(self.table, _key(account_id), same, put={DONE + feature: to_sortable(at)})

    def is_repeated(
        self, account_id: str, requested_at: datetime, at: datetime, feature: str
    ) -> bool:
        """Return whether a feature is done with this request, or a later one, and record that.

        Messages can be delivered again: what is there by then is of a newer connection. A
        conditional write is the look: functions that delete may not read this table.
        """
        done = Attr(DONE + feature).exists() & Attr(REQUESTED).gte(to_sortable(requested_at))
        return update_if(self.table, _key(account_id), done, put={REPEATED: to_sortable(at)})

    def is_done(self, account_id: str, requested_at: datetime, features: Sequence[str]) -> bool:
        """Return whether a deletion requested at this time, or later, is complete in features."""
        if not features:
            return True
        row: Row = self.table.get_item(Key=_key(account_id), ConsistentRead=True).get("Item", {})
        done = all(DONE + feature in row for feature in features)
        return done and str(row[REQUESTED]) >= to_sortable(requested_at)

    def put_unless_deleted(
        self,
        row: Row,
        account_id: str,
        connected_at: datetime | None,
        copied: Sequence[Mark] = (),
        same: Mapping[str, bool] | None = None,
    ) -> bool:
        """Write a row of an account's data, in one transaction with the check of its mark.

        `same` are columns that the stored row has with these values, or not at all; raises
        RowChanged otherwise.

        `copied` are the marks of the row's pictures, which end with it. Return False if the
        account's mark refuses the write, see `check`; raises CopiesLost if one of `copied` does.
        """
        check = self.check(account_id, connected_at)
        put: PutTypeDef = {"TableName": self.table.name, "Item": row}
        if same:
            put["ConditionExpression"] = " AND ".join(
                f"(attribute_not_exists(#{name}) OR #{name} = :{name})" for name in same
            )
            put["ExpressionAttributeNames"] = {f"#{name}": name for name in same}
            put["ExpressionAttributeValues"] = {f":{name}": one for name, one in same.items()}
        removals = [mark.removal(self.table) for mark in copied]
        codes = transact(self.table, [{"ConditionCheck": check}, {"Put": put}, *removals])
        if codes and codes[0] != REFUSED and codes[1] == REFUSED:
            raise RowChanged
        if codes and codes[0] != REFUSED:
            raise CopiesLost
        return not codes

    def check(self, account_id: str, connected_at: datetime | None) -> ConditionCheckTypeDef:
        """Return the part of a transaction that refuses it while the account is marked.

        `connected_at` is when the connection was made that the data was read with: a mark of an
        earlier request does not count.
        """
        check: ConditionCheckTypeDef = {
            "TableName": self.table.name,
            "Key": _key(account_id),
            "ConditionExpression": f"attribute_not_exists({REQUESTED})",
        }
        if connected_at:
            check["ConditionExpression"] += f" OR {REQUESTED} < :connected"
            check["ExpressionAttributeValues"] = {":connected": to_sortable(connected_at)}
        return check


def _key(account_id: str) -> dict[str, str]:
    return keys.single_key("DELETED", account_id)
