"""Reading an account's stored numbers. Nothing here calls Instagram."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec
from boto3.dynamodb.conditions import Key

from lambdas.analytics import keys
from lambdas.analytics.records import (
    AccountDay,
    AccountState,
    Audience,
    OnlineFollowers,
    Packed,
    Post,
    Profile,
    Snapshot,
    Story,
    Unit,
    UnitStatus,
    Window,
)
from lambdas.kit.clock import from_rfc3339
from lambdas.storage.keys import PARTITION, SORT
from lambdas.storage.rows import Row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

P = TypeVar("P", bound=Packed)
# Sorts after every text that a time or an id is part of.
LAST = "~"
MAX_KEYS = 100
UNIT_COLUMN = "unit_"


def packed(record: Packed) -> bytes:
    """Return a record as it is stored."""
    return msgspec.msgpack.encode(record)


def unpacked(kind: type[P], body: object) -> P:
    """Return the record of a stored column."""
    return msgspec.msgpack.decode(bytes(body), type=kind)  # type: ignore[call-overload]


def state_of(account_id: str, row: Row) -> AccountState:
    """Return the state that an `ACCOUNT` row holds."""
    return AccountState(
        account_id=account_id,
        revision=row.get("revision", ""),
        time_zone=row.get("time_zone"),
        profile=unpacked(Profile, row["profile"]) if "profile" in row else None,
        units={
            unit.value: unpacked(UnitStatus, row[UNIT_COLUMN + unit.value])
            for unit in Unit
            if UNIT_COLUMN + unit.value in row
        },
        first_collected_at=(
            from_rfc3339(row["first_collected_at"]) if "first_collected_at" in row else None
        ),
    )


@dataclass(frozen=True)
class NumbersReader:
    """Reads the rows of all accounts of a tenant."""

    table: Table
    tenant: str

    def state(self, account_id: str) -> AccountState | None:
        """Return an account's state, or None if nothing was ever collected or set for it."""
        row = self._row(account_id, keys.ACCOUNT)
        return state_of(account_id, row) if row else None

    def states(self, account_ids: Sequence[str]) -> dict[str, AccountState]:
        """Return the states of those accounts that have one."""
        found: dict[str, AccountState] = {}
        for start in range(0, len(account_ids), MAX_KEYS):
            chunk = account_ids[start : start + MAX_KEYS]
            for row in self.rows([keys.row_key(self.tenant, one, keys.ACCOUNT) for one in chunk]):
                account_id = str(row[PARTITION]).partition("#")[2]
                found[account_id] = state_of(account_id, row)
        return found

    def rows(self, row_keys: Sequence[Row]) -> Iterator[Row]:
        """Return those of up to 100 rows that exist, read consistently in one call."""
        wanted = list(row_keys)
        while wanted:
            answer = self.table.meta.client.batch_get_item(
                RequestItems={self.table.name: {"Keys": wanted, "ConsistentRead": True}}
            )
            yield from answer["Responses"].get(self.table.name, [])
            unread = answer.get("UnprocessedKeys", {}).get(self.table.name)
            wanted = list(unread["Keys"]) if unread else []

    def packed_row(self, kind: type[P], account_id: str, sort: str) -> P | None:
        """Return the record of one row, or None."""
        row = self._row(account_id, sort)
        return unpacked(kind, row[keys.BODY]) if row else None

    def posts(self, account_id: str, since: datetime, until: datetime) -> list[Post]:
        """Return the posts taken in `[since, until)`, oldest first."""
        return self._between(Post, account_id, "POST", since, until)

    def each_post(self, account_id: str, since: datetime, until: datetime) -> Iterator[Post]:
        """Return the same posts one by one, without holding them all."""
        return self._each(Post, account_id, keys.at("POST", since), keys.at("POST", until))

    def post(self, account_id: str, media_id: str) -> Post | None:
        """Return one post."""
        pointer = self._row(account_id, keys.media(media_id))
        row = self._row(account_id, pointer["target"]) if pointer else None
        is_post = row is not None and str(row[SORT]).startswith("POST#")
        return unpacked(Post, row[keys.BODY]) if row and is_post else None

    def history(self, account_id: str, media_id: str) -> dict[str, Snapshot]:
        """Return a post's or story's numbers by date, oldest first."""
        prefix = keys.history(media_id)
        condition = self._account(account_id) & Key(SORT).begins_with(prefix)
        return {
            str(row[SORT]).removeprefix(prefix): unpacked(Snapshot, row[keys.BODY])
            for row in query_all(self.table, KeyConditionExpression=condition, ConsistentRead=True)
        }

    def stories(self, account_id: str, since: datetime, until: datetime) -> list[Story]:
        """Return the stories taken in `[since, until)`, oldest first."""
        return self._between(Story, account_id, "STORY", since, until)

    def days(self, account_id: str, since: datetime, until: datetime) -> list[AccountDay]:
        """Return the account's days that end in `[since, until)`, oldest first."""
        return self._between(AccountDay, account_id, "DAY", since, until)

    def first_day(self, account_id: str) -> AccountDay | None:
        """Return the oldest stored day."""
        found = self._newest(AccountDay, account_id, "DAY#", 1, oldest=True)
        return found[0] if found else None

    def last_day(self, account_id: str) -> AccountDay | None:
        """Return the newest stored day."""
        found = self._newest(AccountDay, account_id, "DAY#", 1)
        return found[0] if found else None

    def windows(self, account_id: str, since: datetime, until: datetime) -> list[Window]:
        """Return the windows that start in `[since, until)`."""
        return self._between(Window, account_id, "WINDOW", since, until)

    def audiences(self, account_id: str, since: str, until: str) -> list[Audience]:
        """Return the demographics of dates from `since` to `until`, both included."""
        return self._range(Audience, account_id, f"AUDIENCE#{since}", f"AUDIENCE#{until}{LAST}")

    def latest_audience(self, account_id: str) -> Audience | None:
        """Return the newest demographics."""
        found = self._newest(Audience, account_id, "AUDIENCE#", 1)
        return found[0] if found else None

    def online(self, account_id: str, count: int) -> list[OnlineFollowers]:
        """Return the last `count` days of when followers were online, newest first."""
        return self._newest(OnlineFollowers, account_id, "ONLINE#", count)

    def _newest(
        self, kind: type[P], account_id: str, prefix: str, count: int, *, oldest: bool = False
    ) -> list[P]:
        answer = self.table.query(
            KeyConditionExpression=self._account(account_id) & Key(SORT).begins_with(prefix),
            ScanIndexForward=oldest,
            Limit=count,
            ConsistentRead=True,
        )
        return [unpacked(kind, row[keys.BODY]) for row in answer["Items"]]

    def _between(
        self, kind: type[P], account_id: str, name: str, since: datetime, until: datetime
    ) -> list[P]:
        # A row's key is its time and more: it sorts after the bare time, so `until` is excluded.
        return self._range(kind, account_id, keys.at(name, since), keys.at(name, until))

    def _range(self, kind: type[P], account_id: str, first: str, last: str) -> list[P]:
        return list(self._each(kind, account_id, first, last))

    def _each(self, kind: type[P], account_id: str, first: str, last: str) -> Iterator[P]:
        if first > last:
            return
        condition = self._account(account_id) & Key(SORT).between(first, last)
        # Consistently: an answer made of older rows would be stored as one of the newest revision.
        # Two columns: the SDK takes longer to decode the other ones than the answer to compute.
        rows = query_all(
            self.table,
            KeyConditionExpression=condition,
            ConsistentRead=True,
            ProjectionExpression="#sort, #body",
            ExpressionAttributeNames={"#sort": SORT, "#body": keys.BODY},
        )
        for row in rows:
            if row[SORT] != last:
                yield unpacked(kind, row[keys.BODY])

    def _account(self, account_id: str) -> Key:
        partition = keys.partition(self.tenant, account_id)
        return Key(PARTITION).eq(partition)  # type: ignore[return-value]

    def _row(self, account_id: str, sort: str) -> Row | None:
        key = keys.row_key(self.tenant, account_id, sort)
        return self.table.get_item(Key=key, ConsistentRead=True).get("Item")
