"""Deleting everything that a person wrote, at their request."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccounts
from lambdas.comments.operating.views import AuthorForgottenJson
from lambdas.comments.records import Item
from lambdas.comments.store import InboxStore
from lambdas.kit.errors import Conflict
from lambdas.storage.keys import PARTITION, SORT

# So many items are deleted by one request: some seconds.
MAX_DELETED = 200


@dataclass(frozen=True)
class AuthorDeletion:
    """Deletes items with their actions, the messages with the person, and what is known of them."""

    store: InboxStore
    accounts: InboxAccounts

    def delete(self, author_id: str) -> AuthorForgottenJson:
        """Delete what a person wrote and was written to them; a bounded part of it.

        The same request again deletes the rest, and then nothing. Raises Conflict for an account
        of this site.
        """
        if self.accounts.of(author_id):
            raise Conflict(
                "This is an account of this site. Its data is deleted with its connection: DELETE "
                "/instagram/accounts/{id}.",
                code="own_account",
            )
        items = list(itertools.islice(self._items(author_id), MAX_DELETED + 1))
        # The index may still hold what was deleted a moment ago.
        deleted = sum(self.store.delete(one) > 0 for one in items[:MAX_DELETED])
        more = len(items) > MAX_DELETED
        if not more:
            self._delete_person(author_id)
        return AuthorForgottenJson(deleted=deleted, more=more)

    def _items(self, author_id: str) -> Iterator[Item]:
        """Iterate over a person's items, each once, and the account's messages to them."""
        tenant, seen = self.store.tenant, set()
        lists = [(keys.BY_AUTHOR, keys.author_list(tenant, author_id))]
        lists += [
            (keys.BY_THREAD, keys.thread_list(tenant, one, author_id))
            for one in self.accounts.all()
        ]
        for index, name in lists:
            for item in self.store.listed(index, name):
                if item.id not in seen:
                    seen.add(item.id)
                    yield item

    def _delete_person(self, author_id: str) -> None:
        store = self.store
        for account_id in self.accounts.all():
            subject = keys.person_subject(account_id, author_id)
            store.delete_partition(keys.subject_partition(store.tenant, subject))
            key = keys.account_key(store.tenant, account_id, keys.person_sort(author_id))
            store.table.delete_item(Key={PARTITION: key[PARTITION], SORT: key[SORT]})
