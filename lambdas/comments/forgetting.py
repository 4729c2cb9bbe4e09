"""Deletes what has to go: everything of an account, or everything that a person wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from boto3.dynamodb.conditions import Key

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccounts
from lambdas.comments.people import USERNAME
from lambdas.comments.records import Item, ItemKind
from lambdas.comments.rows import ACTION_ID
from lambdas.comments.store import InboxStore
from lambdas.kit.clock import Clock
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.keys import PARTITION, SORT
from lambdas.storage.rows import query_all

FEATURE = "comments"
MAX_ROUNDS = 3


class InboxLeft(Exception):
    """Rows were found again and again: the deletion has to be repeated."""


@dataclass(frozen=True)
class Forgotten:
    """How many items were deleted; `more` says whether some are left."""

    items: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class Forgetting:
    """Deletes rows; every step can be repeated."""

    store: InboxStore
    marks: DeletionMarks
    accounts: InboxAccounts
    clock: Clock

    def account(self, account_id: str, requested_at: datetime) -> int:
        """Delete the inbox of an account, and what it wrote to others; return how many items.

        The account is marked first, so that no work in progress writes a row again. Nothing is done
        if this deletion, or that of a later request, is complete. Raises InboxLeft.
        """
        if self.marks.is_repeated(account_id, requested_at, self.clock.now(), FEATURE):
            return 0
        self.marks.mark(account_id, requested_at)
        known = self.accounts.of(account_id)
        deleted = 0
        for _ in range(MAX_ROUNDS):
            found = self._items(account_id) + self._around(account_id)
            deleted += found
            if not found:
                break
        else:
            raise InboxLeft
        for author_id in {account_id, *(known.own_ids if known else ())}:
            deleted += self.person(author_id).items
        self.marks.finish(account_id, requested_at, self.clock.now(), FEATURE)
        return deleted

    def person(self, person_id: str, most: int | None = None) -> Forgotten:
        """Delete what a person wrote, and the messages with them; at most so many items."""
        names, threads = self._names(person_id), set()
        deleted = sum(map(self._mentions, names))
        for item in self._by(person_id):
            if most is not None and deleted >= most:
                return Forgotten(deleted, True)
            if item.username and item.username not in names:
                # Before the item: after an interruption it may be the last that knows the name.
                names.add(item.username)
                deleted += self._mentions(item.username)
            self._delete(item)
            deleted += 1
            if item.kind is ItemKind.MESSAGE:
                threads.add((item.account_id, item.thread))
        for account_id in self._with_messages(person_id, threads):
            deleted += self._conversation(account_id, person_id)
            self._kept(account_id, person_id)
        return Forgotten(deleted, False)

    def _by(self, author: str) -> Iterator[Item]:
        return self.store.listed(keys.BY_AUTHOR, keys.author_list(self.store.tenant, author))

    def _mentions(self, name: str) -> int:
        """Delete mentions in captions: they name their author alone. Return how many."""
        deleted = 0
        for item in self._by(f"@{name.lower()}"):
            self._delete(item)
            deleted += 1
        return deleted

    def _names(self, person_id: str) -> set[str]:
        """Return the names of a person who wrote messages, while these rows are there."""
        tenant, sort = self.store.tenant, keys.person_sort(person_id)
        found = (
            self.store.table.get_item(Key=keys.account_key(tenant, one, sort)).get("Item", {})
            for one in self.accounts.all()
        )
        return {str(row[USERNAME]) for row in found if USERNAME in row}

    def _delete(self, item: Item) -> None:
        """Delete an item with its actions, what names it elsewhere, and the replies to it."""
        actions = self.store.actions(item.id)
        for action in actions:
            # Such a reply may hold the author's name.
            made = self.store.item(action.result_id) if action.result_id else None
            if made and made.is_own:
                self.store.forget(made)
        self.store.delete_traces(actions)
        # It is on Instagram still: nothing that reads it there may bring it back.
        self.store.forget(item)

    def _kept(self, account_id: str, person_id: str) -> None:
        """Delete the updates that nothing understands and that name a person."""
        partition = keys.kept_partition(self.store.tenant, account_id)
        condition = Key(PARTITION).eq(partition)
        rows = query_all(self.store.table, KeyConditionExpression=condition, ConsistentRead=True)
        for row in rows:
            if person_id.encode() in bytes(row[keys.BODY]):
                key = {PARTITION: row[PARTITION], SORT: row[SORT]}
                self.store.table.delete_item(Key=key)

    def _with_messages(self, person_id: str, threads: set[tuple[str, str]]) -> set[str]:
        found = {account_id for account_id, thread in threads if thread == person_id}
        # After an interruption the person's own messages may be gone, and the answers not.
        return found | set(self.accounts.all())

    def _conversation(self, account_id: str, person_id: str) -> int:
        tenant = self.store.tenant
        thread = keys.thread_list(tenant, account_id, person_id)
        deleted = 0
        for item in self.store.listed(keys.BY_THREAD, thread):
            if item.kind is ItemKind.MESSAGE:
                self._delete(item)
                deleted += 1
        subject = keys.person_subject(account_id, person_id)
        self.store.delete_traces(self.store.actions(subject))
        self.store.delete_partition(keys.subject_partition(tenant, subject))
        key = keys.account_key(tenant, account_id, keys.person_sort(person_id))
        self.store.table.delete_item(Key=key)
        return deleted

    def _items(self, account_id: str) -> int:
        of_account = keys.account_list(self.store.tenant, account_id)
        found: Iterator[Item] = self.store.listed(keys.BY_ACCOUNT, of_account)
        return sum(1 for item in found if self.store.delete(item))

    def _around(self, account_id: str) -> int:
        """Delete what is stored beside the items; return how many rows there were."""
        tenant = self.store.tenant
        partition = keys.account_partition(tenant, account_id)
        deleted = 0
        requests = keys.subject_partition(tenant, f"requests.{account_id}")
        for subject in self._subjects(account_id, partition, requests):
            deleted += self.store.delete_partition(keys.subject_partition(tenant, subject))
        for one in (
            partition,
            requests,
            keys.kept_partition(tenant, account_id),
        ):
            deleted += self.store.delete_partition(one)
        return deleted

    def _subjects(self, account_id: str, *partitions: str) -> set[str]:
        """Return what an account's actions may be about, by the rows that name it."""
        found: set[str | None] = set()
        for partition in partitions:
            condition = Key(PARTITION).eq(partition)
            for row in query_all(
                self.store.table, KeyConditionExpression=condition, ConsistentRead=True
            ):
                found.add(_subject_of(account_id, str(row[SORT])))
                found.add(str(row.get(ACTION_ID, "")).rpartition(keys.SEPARATOR)[0])
        return {one for one in found if one}


def _subject_of(account_id: str, sort: str) -> str | None:
    """Return the subject that a row of an account's partition is about, or None."""
    media, person = keys.media_sort(""), keys.person_sort("")
    if sort.startswith(media):
        return keys.media_subject(sort.removeprefix(media))
    if sort.startswith(person):
        return keys.person_subject(account_id, sort.removeprefix(person))
    return None
