"""What hosts and operators did with an event: who, when, by which link. Kept as long as it is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from lambdas.storage import keys
from lambdas.storage.rows import Row, from_row, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import QueryInputTableQueryTypeDef, TransactWriteItemTypeDef


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An action, such as `photo_hidden`, by a host or an operator.

    `by` is a name to read, `link_id` the host link that was used; None for operators and guests.
    `subject` is the id of the photo, post, link or download; `detail` says more, such as
    `shown -> hidden` or the names of changed fields.
    """

    event_id: str
    at: datetime
    action: str
    by: str
    link_id: str | None = None
    subject: str | None = None
    detail: str | None = None

    def to_row(self) -> Row:
        """Return a row of its own for the entry."""
        # To the microsecond: what a host does within a second stays in its order.
        moment = f"{self.at:%Y-%m-%dT%H:%M:%S.%fZ}"
        sort = f"{keys.HOST_AUDIT_PREFIX}{moment}#{secrets.token_hex(6)}"
        whole = replace(self, at=self.at.replace(microsecond=0))
        return {**keys.row_key(self.event_id, sort), **to_row(whole)}


@dataclass(frozen=True)
class EntryPage:
    """Entries of one page, and where the next one starts (None: this was the last)."""

    entries: list[Entry]
    next: dict[str, str] | None


@dataclass(frozen=True)
class HostAudit:
    """The entries of all events in one table."""

    table: Table

    def write(self, entry: Entry) -> TransactWriteItemTypeDef:
        """Return the write of an entry, for the transaction that it is about."""
        # An entry is never replaced.
        new = "attribute_not_exists(pk)"
        return {
            "Put": {
                "TableName": self.table.name,
                "Item": entry.to_row(),
                "ConditionExpression": new,
            }
        }

    def page(self, event_id: str, limit: int, start: Mapping[str, str] | None) -> EntryPage:
        """Return up to `limit` entries of an event, the newest first."""
        query: QueryInputTableQueryTypeDef = {
            "KeyConditionExpression": Key(keys.PARTITION).eq(keys.event_partition(event_id))
            & Key(keys.SORT).begins_with(keys.HOST_AUDIT_PREFIX),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if start:
            query["ExclusiveStartKey"] = keys.row_key(event_id, start[keys.SORT])
        answer = self.table.query(**query)
        last: Row = answer.get("LastEvaluatedKey", {})
        following = {keys.SORT: str(last[keys.SORT])} if last else None
        return EntryPage([from_row(Entry, row) for row in answer["Items"]], following)
