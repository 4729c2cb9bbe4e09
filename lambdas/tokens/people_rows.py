"""Which accounts the people in Meta's callbacks have connected, in the table of tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import to_sortable
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.storage.conditional import put_if
from lambdas.storage.rows import Row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef

MARK = "disconnected_at"
VERSION = "version"
# An account without a record is tried again daily, and mapped again with it.
UNSTORED_LIFE = timedelta(days=7)

# Longer than any login takes.
ENDED_LIFE = timedelta(days=1)
ENDED = "ended_until"


@dataclass(frozen=True)
class PeopleRows:
    """The mapping from people to accounts."""

    table: Table
    tenant: str

    def accounts(self, person_id: str, *, disconnected: bool) -> dict[str, int]:
        """Return the ids of a person's accounts, with or without disconnected ones.

        With each is the version of the connection that it was written for, 0 if not known.
        """
        mine = f"{self.tenant}#"
        person = Key(keys.PARTITION).eq(keys.person_key(person_id, "", "")[keys.PARTITION])
        condition = person & Key(keys.SORT).begins_with(mine)
        rows = query_all(self.table, KeyConditionExpression=condition, ConsistentRead=True)
        return {
            str(row[keys.SORT]).removeprefix(mine): int(row.get(VERSION, 0))
            for row in rows
            if disconnected or MARK not in row
        }

    def link(self, record: TokenRecord) -> None:
        """Map the people of a connected account to it."""
        for person in record.people:
            version = {VERSION: record.version}
            self.table.put_item(Item=self._key(person, record.account_id) | version)

    def link_unstored(self, account_id: str, people: Iterable[str], now: datetime) -> None:
        """Map people to an account that has no record yet, for a while."""
        end = {keys.EXPIRES: int((now + UNSTORED_LIFE).timestamp())}
        for person in people:
            self.table.put_item(Item=self._key(person, account_id) | end)

    def unlink(self, account_id: str, people: Iterable[str]) -> None:
        """Delete the mapping of some people to an account."""
        for person in people:
            self.table.delete_item(Key=self._key(person, account_id))

    def mark_disconnected(self, record: TokenRecord, at: datetime) -> None:
        """Mark the mapping of an account's former people."""
        for person in record.former_people:
            mark = {MARK: to_sortable(at)}
            self.table.put_item(Item=self._key(person, record.account_id) | mark)

    def end_logins(self, person_id: str, at: datetime) -> None:
        """Mark that a person's logins which began until then connect nothing any more."""
        row = {
            **self._ended_key(person_id),
            ENDED: _micros(at),
            keys.EXPIRES: int((at + ENDED_LIFE).timestamp()),
        }
        put_if(self.table, row, Attr(ENDED).not_exists() | Attr(ENDED).lt(_micros(at)))

    def not_ended(self, person_id: str, started_at: datetime) -> ConditionCheckTypeDef:
        """Return the part of a transaction that refuses it if a person's logins have ended."""
        return {
            "TableName": self.table.name,
            "Key": self._ended_key(person_id),
            "ConditionExpression": f"attribute_not_exists({ENDED}) OR {ENDED} < :started",
            "ExpressionAttributeValues": {":started": _micros(started_at)},
        }

    def _ended_key(self, person_id: str) -> dict[str, str]:
        # Who made a request is not kept.
        who = hashlib.sha256(f"{self.tenant}#{person_id}".encode()).hexdigest()
        return keys.single_key("LOGINS_ENDED", who)

    def _key(self, person_id: str, account_id: str) -> Row:
        return dict(keys.person_key(person_id, self.tenant, account_id))


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
