"""What the account itself wrote: here, or in the Instagram app, where it answers what was open.

Webhooks come in any order: an answer may arrive before what it answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.acting.effects import Effects
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.records import Action, ActionState, Item, ItemKind, ItemState
from lambdas.comments.rows import position_at

IN_APP = "answered in the Instagram app"
MAX_COMMENTS = 20
MAX_ITEMS = 100
MAX_OWN_ITEMS = 1000


@dataclass(frozen=True)
class OwnActivity:
    """Recognises what was written in the app, and settles what it answers."""

    ledger: InboxLedger
    effects: Effects

    def noted(self, item: Item) -> Item:
        """Return an own item with a mark if it was written in the app, as far as is known.

        It is checked once what it answers is settled.
        """
        if item.kind is ItemKind.MENTION or not self._is_answer(item):
            return item
        return replace(item, done_by=IN_APP, checked=False)

    def settle(self, item: Item) -> None:
        """Mark what an own item from the app answers as done."""
        if item.done_by != IN_APP:
            return
        if item.kind is ItemKind.MESSAGE:
            self.effects.answer_thread(item.account_id, item.thread, item.at, IN_APP)
        elif item.parent_id:
            self.effects.settle(item.parent_id, IN_APP)

    def answered(self, item: Item) -> bool:
        """Return whether an item was answered in the app, by what arrived before it."""
        if item.kind is ItemKind.MENTION:
            return False
        return any(
            one.is_own and one.done_by == IN_APP and one.at >= item.at
            for one in self._own_since(item)
            if _is_about(one, item)
        )

    def _own_since(self, item: Item) -> Iterator[Item]:
        """Iterate over what the account wrote since an item: few, unless an outage was long."""
        author = keys.author_list(self.ledger.tenant, item.account_id)
        after = position_at(item.at)
        return islice(self.ledger.listed(keys.BY_AUTHOR, author, after=after), MAX_OWN_ITEMS)

    def _is_answer(self, item: Item) -> bool:
        if item.kind is ItemKind.MESSAGE:
            subjects = [keys.person_subject(item.account_id, item.thread), *self._comments_of(item)]
            made = item.mid
        else:
            subjects, made = self._around(item), item.comment_id or item.id
        if not item.parent_id and item.kind is ItemKind.COMMENT:
            return False
        if made and self.ledger.maker_of(item.account_id, made):
            return False
        return not any(self._was_sent(one, item.text) for one in subjects)

    def _around(self, item: Item) -> list[str]:
        """Return the comments below the same one: replies to them are all attached to it."""
        beside = [one.id for one in self._newest(item) if one.parent_id == item.parent_id]
        return [str(item.parent_id), *beside[:MAX_COMMENTS]]

    def _comments_of(self, item: Item) -> list[str]:
        """Return the comments of the person that a message was sent to: it may answer one."""
        author = keys.author_list(self.ledger.tenant, item.thread)
        newest = islice(self.ledger.listed(keys.BY_AUTHOR, author), MAX_COMMENTS)
        return [one.id for one in newest if one.kind is ItemKind.COMMENT]

    def _newest(self, item: Item) -> list[Item]:
        thread = keys.thread_list(self.ledger.tenant, item.account_id, item.thread)
        return list(islice(self.ledger.listed(keys.BY_THREAD, thread), MAX_ITEMS))

    def _was_sent(self, subject: str, text: str | None) -> bool:
        plain = _plain(text)
        return any(
            one.text and _plain(one.text) == plain and _may_be_it(one)
            for one in self.ledger.actions(subject)
        )


def answered_in_app(item: Item) -> Item:
    """Return an item that needs nothing any more."""
    return replace(item, checked=True, state=ItemState.DONE, done_by=IN_APP)


def _is_about(own: Item, item: Item) -> bool:
    if item.kind is ItemKind.MESSAGE:
        return own.kind is ItemKind.MESSAGE and own.thread == item.thread
    return own.parent_id == item.id


def _may_be_it(action: Action) -> bool:
    """Return whether an action may have made something that is not known yet."""
    return action.result_id is None and action.state is not ActionState.FAILED


def _plain(text: str | None) -> str:
    return " ".join((text or "").replace("@", "").split())
