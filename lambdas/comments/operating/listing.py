"""Lists of the inbox, newest first, of one account or of all that are connected."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lambdas.api.answer_size import MAX_BYTES, fitting
from lambdas.api.cursor import seal, unseal
from lambdas.comments import keys
from lambdas.comments.operating.action_view import action_json
from lambdas.comments.operating.inbox_filter import InboxFilter
from lambdas.comments.operating.item_view import item_json
from lambdas.comments.operating.surroundings import THREAD_ITEMS, Sources, Surroundings
from lambdas.comments.operating.views import (
    InboxCountJson,
    InboxCountsJson,
    InboxItemDetailsJson,
    InboxItemJson,
    InboxJson,
)
from lambdas.comments.records import Item, ItemState
from lambdas.comments.rows import position_of
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import NotFound

DEFAULT_LIMIT, MAX_LIMIT = 50, 100
# So many items are looked at for one page: about 2 MB of rows, and a second.
MAX_LOOKED_AT = 2000
MAX_COUNTED = 100
BEFORE = "before"


@dataclass(frozen=True, kw_only=True)
class InboxLists:
    """Lists items, and shows one; `secret` returns what signs cursors."""

    sources: Sources
    secret: Callable[[], str]
    clock: Clock

    def page(self, chosen: InboxFilter, limit: int, cursor: str | None) -> InboxJson:
        """Return one page. Raises NotFound, and InvalidRequest for a cursor of another list.

        A page may have fewer items than `limit` and still a `next`: then enough was looked at, or
        the items are long.
        """
        accounts = self._accounts(chosen.account)
        before = unseal(chosen.scope, cursor, self.secret())[BEFORE] if cursor else None
        found: list[Item] = []
        last, has_more = None, False
        for looked_at, item in enumerate(self._listed(chosen, accounts, before)):
            if looked_at == MAX_LOOKED_AT or len(found) == limit:
                has_more = True
                break
            last = item
            if chosen.holds(item):
                found.append(item)
        around, now = Surroundings(self.sources), self.clock.now()
        items = [item_json(one, around, now) for one in found]
        fit = fitting(items)
        all_searched = len(found) == limit
        if fit < len(found):
            last, has_more, all_searched = found[fit - 1], True, True
        start = {BEFORE: position_of(last)} if last and has_more else None
        return InboxJson(
            items=items[:fit],
            next=seal(chosen.scope, start, self.secret()),
            searched_until=to_rfc3339(last.at) if last and start and not all_searched else None,
        )

    def counts(self, account_id: str | None) -> InboxCountsJson:
        """Return how many items wait, counted up to a hundred."""
        accounts = self._accounts(account_id)
        return InboxCountsJson(
            open=self._count(accounts, ItemState.OPEN),
            escalated=self._count(accounts, ItemState.ESCALATED),
        )

    def details(self, item_id: str) -> InboxItemDetailsJson:
        """Return an item with the thread around it. Raises NotFound."""
        item, around, now = self.item(item_id), Surroundings(self.sources), self.clock.now()
        thread, is_complete = self._thread(item, around)
        newest = [item_json(one, around, now) for one in reversed(thread)]
        fit = fitting(newest, MAX_BYTES // 2)
        history = [action_json(one, item) for one in around.actions(item)][::-1]
        return InboxItemDetailsJson(
            item=item_json(item, around, now),
            thread=newest[:fit][::-1],
            thread_is_complete=is_complete and fit == len(newest),
            history=history[: fitting(history, MAX_BYTES // 2)][::-1],
        )

    def shown(self, item: Item) -> InboxItemJson:
        """Return an item as lists show it."""
        return item_json(item, Surroundings(self.sources), self.clock.now())

    def item(self, item_id: str) -> Item:
        """Return a stored item. Raises NotFound."""
        item = self.sources.ledger.item(item_id)
        if item is None:
            raise NotFound("There is nothing in the inbox with this id.", code="unknown_item")
        return item

    def _thread(self, item: Item, around: Surroundings) -> tuple[list[Item], bool]:
        """Return a thread, the oldest first, and whether that is all of it.

        It ends with the newest items, or, where these are all newer, with the item.
        """
        newest = list(around.thread(item))
        if len(newest) < THREAD_ITEMS or any(one.id == item.id for one in newest):
            return newest[::-1], len(newest) < THREAD_ITEMS
        name = keys.thread_list(self.sources.ledger.tenant, item.account_id, item.thread)
        earlier = self.sources.ledger.listed(keys.BY_THREAD, name, before=position_of(item))
        return [*list(itertools.islice(earlier, THREAD_ITEMS - 1))[::-1], item], False

    def _accounts(self, account_id: str | None) -> list[str]:
        accounts = self.sources.accounts
        if account_id is None:
            return [one.id for one in accounts.all().values() if one.is_connected]
        found = accounts.of(account_id)
        if found is None:
            raise NotFound("No Instagram account with this id is known.", code="unknown_account")
        return [found.id]

    def _listed(
        self, chosen: InboxFilter, accounts: list[str], before: str | None
    ) -> Iterable[Item]:
        ledger = self.sources.ledger
        index, names = chosen.lists(ledger.tenant, accounts)
        parts = [ledger.listed(index, name, before=before) for name in names]
        return heapq.merge(*parts, key=position_of, reverse=True)

    def _count(self, accounts: list[str], state: ItemState) -> InboxCountJson:
        waiting = InboxFilter(states=(state,))
        listed = itertools.islice(self._listed(waiting, accounts, None), MAX_LOOKED_AT)
        found = itertools.islice(filter(waiting.holds, listed), MAX_COUNTED + 1)
        count = sum(1 for _ in found)
        return InboxCountJson(count=min(count, MAX_COUNTED), is_exact=count <= MAX_COUNTED)
