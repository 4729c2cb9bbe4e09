"""The store of items and actions. Every write is refused for an account whose data is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import ConditionBase, Key
from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.records import RETENTION, Action, Item
from lambdas.comments.refused_writes import AccountDataDeleted, RequestUsed, ResultClaimed
from lambdas.comments.rows import ACTION_ID, InboxRows
from lambdas.kit.clock import to_sortable
from lambdas.kit.errors import ConflictError
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.transactions import REFUSED, transact
from lambdas.storage.keys import EXPIRES, PARTITION, SORT
from lambdas.storage.packing import unpacked
from lambdas.storage.rows import Row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# Rows of an index that are read at once.
PAGE = 100


@dataclass(frozen=True)
class InboxStore:
    """The items and actions of a tenant."""

    table: Table
    marks: DeletionMarks
    tenant: str

    @property
    def _rows(self) -> InboxRows:
        return InboxRows(self.tenant)

    def item(self, item_id: str) -> Item | None:
        """Return an item, or None."""
        row = self._row(keys.subject_key(self.tenant, item_id, keys.ITEM))
        # What was forgotten has a row without a body.
        return unpacked(Item, row[keys.BODY]) if row and keys.BODY in row else None

    def action(self, action_id: str) -> Action | None:
        """Return an action, or None; also for a text that is no action's id."""
        try:
            row = self._row(keys.action_key(self.tenant, action_id))
        except ValueError:
            return None
        return unpacked(Action, row[keys.BODY]) if row else None

    def actions(self, subject: str) -> list[Action]:
        """Return the actions of a subject, the oldest first."""
        partition = keys.subject_partition(self.tenant, subject)
        condition = Key(PARTITION).eq(partition) & Key(SORT).begins_with(keys.action_sort(""))
        rows = query_all(self.table, KeyConditionExpression=condition, ConsistentRead=True)
        return [unpacked(Action, row[keys.BODY]) for row in rows]

    def add(self, item: Item) -> bool:
        """Store a new item; return False if it is there already. Raises AccountDataDeleted."""
        try:
            self.save(item)
        except ConflictError:
            return False
        return True

    def save(
        self, item: Item | None = None, actions: Sequence[Action] = ()
    ) -> tuple[Item | None, tuple[Action, ...]]:
        """Store an item and actions as their next versions, all or none; return these.

        A record of version 0 must be new. Raises ConflictError if one was changed since it was
        read, RequestUsed for a request id that made another action, ResultClaimed for a result of
        another action, and AccountDataDeleted.
        """
        saved = replace(item, version=item.version + 1) if item else None
        done = tuple(replace(one, version=one.version + 1) for one in actions)
        writes = [self._put(self._rows.item_row(saved), saved.version)] if saved else []
        writes += [self._put(self._rows.action_row(one), one.version) for one in done]
        requests = [one for one in done if one.client_request_id and one.version == 1]
        writes += [self._put(self._rows.request_row(one), 1) for one in requests]
        claims = [self._claim(one) for one in done if one.result_id and one.is_settled]
        check = self._check(item, actions)
        codes = transact(self.table, [*writes, *claims, *check])
        if not codes:
            return saved, done
        if check and codes[-1] != "None":
            raise AccountDataDeleted
        if REFUSED in codes[len(writes) : len(writes) + len(claims)]:
            raise ResultClaimed
        for action in requests:
            if (known := self.of_request(action)) and known != action.id:
                raise RequestUsed(known)
        raise ConflictError

    def _check(
        self, item: Item | None, actions: Sequence[Action]
    ) -> list[TransactWriteItemTypeDef]:
        """Return the check that an account's data is not being deleted, where it is needed.

        A row that is there is only changed, and a deletion takes it away. All writers of an
        account would have to wait for one another at its mark.
        """
        if (item and item.version) or any(one.version for one in actions):
            return []
        account_id, connected_at = _owner(item, actions)
        return [{"ConditionCheck": self.marks.check(account_id, connected_at)}]

    def of_request(self, action: Action) -> str | None:
        """Return the id of the action that this action's request id made, or None."""
        row = self._row(self._rows.request_key(action))
        return str(row[ACTION_ID]) if row else None

    def maker_of(self, account_id: str, result_id: str) -> str | None:
        """Return the id of the action that made a comment or message, or None."""
        row = self._row(self._rows.result_key(account_id, result_id))
        return str(row[ACTION_ID]) if row else None

    def listed(
        self, index: str, value: str, *, before: str | None = None, after: str | None = None
    ) -> Iterator[Item]:
        """Iterate over items of an index, the newest first.

        `before` and `after` are positions (`position_of`) that the list is between, excluded.
        """
        partition, sort = keys.INDEXES[index]
        condition: ConditionBase = Key(partition).eq(value)
        if before and after:
            condition &= Key(sort).between(after, before)
        elif before:
            condition &= Key(sort).lt(before)
        elif after:
            condition &= Key(sort).gt(after)
        rows = query_all(
            self.table,
            IndexName=index,
            KeyConditionExpression=condition,
            ScanIndexForward=False,
            # Most callers need a few: without it each asks for a megabyte.
            Limit=PAGE,
        )
        for row in rows:
            if str(row[sort]) not in (before, after):
                yield unpacked(Item, row[keys.BODY])

    def due(self, now: datetime) -> Iterator[Item | Action]:
        """Iterate over what has to be looked at by now, the longest due first.

        These are items whose rules were not applied, escalations past their promise, and actions
        that are not settled.
        """
        partition, sort = keys.INDEXES[keys.BY_DUE]
        condition = Key(partition).eq(self.tenant) & Key(sort).lte(to_sortable(now))
        # The index holds keys alone, and lags.
        for found in query_all(self.table, IndexName=keys.BY_DUE, KeyConditionExpression=condition):
            row = self._row({PARTITION: str(found[PARTITION]), SORT: str(found[SORT])})
            if row and keys.DUE_AT in row and str(row[keys.DUE_AT]) <= to_sortable(now):
                kind: Any = Item if row[SORT] == keys.ITEM else Action
                yield unpacked(kind, row[keys.BODY])

    def delete(self, item: Item) -> int:
        """Delete an item and everything of its partition; return how many rows it had."""
        return self.delete_partition(keys.subject_partition(self.tenant, item.id))

    def forget(self, item: Item) -> None:
        """Delete an item as `delete` does, and leave a mark: it is never stored again."""
        key = keys.subject_key(self.tenant, item.id, keys.ITEM)
        partition = keys.subject_partition(self.tenant, item.id)
        until = int((item.received_at + RETENTION).timestamp())
        # Before the mark, which no list finds; after it what was recorded meanwhile.
        self._delete_rows(partition, kept=keys.ITEM)
        self.table.put_item(Item={**key, EXPIRES: until})
        self._delete_rows(partition, kept=keys.ITEM)

    def delete_traces(self, actions: Sequence[Action]) -> None:
        """Delete the rows outside of a subject's partition that name it."""
        with self.table.batch_writer() as batch:
            for one in actions:
                if one.client_request_id:
                    batch.delete_item(Key=self._rows.request_key(one))
                if one.result_id:
                    batch.delete_item(Key=self._rows.result_key(one.account_id, one.result_id))

    def delete_partition(self, partition: str) -> int:
        """Delete all rows of a partition; return how many there were."""
        return self._delete_rows(partition)

    def _delete_rows(self, partition: str, kept: str | None = None) -> int:
        condition = Key(PARTITION).eq(partition)
        found = query_all(self.table, KeyConditionExpression=condition, ConsistentRead=True)
        rows = [row for row in found if row[SORT] != kept]
        with self.table.batch_writer() as batch:
            for row in rows:
                batch.delete_item(Key={PARTITION: row[PARTITION], SORT: row[SORT]})
        return len(rows)

    def _row(self, key: dict[str, str]) -> Row | None:
        return self.table.get_item(Key=key, ConsistentRead=True).get("Item")

    def _claim(self, action: Action) -> TransactWriteItemTypeDef:
        put: dict[str, Any] = {
            "TableName": self.table.name,
            "Item": self._rows.result_row(action),
            "ConditionExpression": f"attribute_not_exists({PARTITION}) OR {ACTION_ID} = :action",
            "ExpressionAttributeValues": {":action": action.id},
        }
        return {"Put": put}  # type: ignore[typeddict-item]

    def _put(self, row: Row, version: int) -> TransactWriteItemTypeDef:
        put: dict[str, Any] = {"TableName": self.table.name, "Item": row}
        if version == 1:
            put["ConditionExpression"] = f"attribute_not_exists({PARTITION})"
        else:
            put["ConditionExpression"] = f"{keys.VERSION} = :before"
            put["ExpressionAttributeValues"] = {":before": version - 1}
        return {"Put": put}  # type: ignore[typeddict-item]


def _owner(item: Item | None, actions: Sequence[Action]) -> tuple[str, datetime | None]:
    owner = item or actions[0]
    return owner.account_id, owner.connected_at
