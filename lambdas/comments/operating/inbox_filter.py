"""Which items a list holds, and the index that finds them with the fewest reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from lambdas.comments import keys
from lambdas.comments.records import Item, ItemKind, ItemState
from lambdas.comments.rules.folding import fold
from lambdas.kit.errors import InvalidRequest

MAX_WORDS = 200

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class InboxFilter:
    """Which items are listed.

    What the account itself wrote is left out of lists of what waits for people, and shown in a
    thread, where a conversation without it could not be understood; `own` decides otherwise.
    """

    kinds: tuple[ItemKind, ...] = ()
    states: tuple[ItemState, ...] = ()
    account: str | None = None
    media: str | None = None
    thread: str | None = None
    author: str | None = None
    words: str = ""
    own: bool | None = None

    @property
    def scope(self) -> str:
        """Return a text that two equal filters share: their cursors are valid for each other."""
        parts = (self.account, self.media, self.thread, self.author, self.words, self.own)
        lists = [",".join(sorted(self.kinds)), ",".join(sorted(self.states))]
        return f"inbox:{lists}:{parts}"

    @property
    def shows_own(self) -> bool:
        """Return whether the account's own items are listed."""
        return bool(self.thread) if self.own is None else self.own

    def lists(self, tenant: str, accounts: Sequence[str]) -> tuple[str, list[str]]:
        """Return the index, and the lists of it that together hold all items."""
        if thread := self.thread or self.media:
            return keys.BY_THREAD, [keys.thread_list(tenant, one, thread) for one in accounts]
        if self.author:
            return keys.BY_AUTHOR, [keys.author_list(tenant, self.author)]
        if self.states:
            pairs = [(one, state) for one in accounts for state in self.states]
            return keys.BY_STATE, [keys.state_list(tenant, *pair) for pair in pairs]
        return keys.BY_ACCOUNT, [keys.account_list(tenant, one) for one in accounts]

    def holds(self, item: Item) -> bool:
        """Return whether an item is listed."""
        if item.is_own and not self.shows_own:
            return False
        wanted = (
            not self.kinds or item.kind in self.kinds,
            not self.states or item.state in self.states,
            self.account in (None, item.account_id),
            self.media in (None, item.media_id),
            self.thread in (None, item.thread),
            self.author in (None, item.author_id),
        )
        return all(wanted) and holds_words(item, self.words)


def holds_words(item: Item, words: str) -> bool:
    """Return whether text or user name hold all words, or words that begin with them."""
    if not words:
        return True
    name = item.username or ""
    text = fold(item.text or "") + fold(name) + fold(f"@{name}")
    return all(fold(word).rstrip() in text for word in words.split())


def words_of(text: str) -> str:
    """Return what is searched for, in a form that equal searches share. Raises InvalidRequest."""
    if len(text) > MAX_WORDS:
        raise InvalidRequest(f"q has at most {MAX_WORDS} characters.", code="invalid_q")
    return " ".join(text.split())


def choices(name: str, kind: type[E], texts: Sequence[str]) -> tuple[E, ...]:
    """Return the values that a request names, each once. Raises InvalidRequest."""
    try:
        return tuple(dict.fromkeys(kind(text) for text in texts))
    except ValueError:
        raise InvalidRequest(
            f"{name} must be one or more of {', '.join(kind)}.", code=f"invalid_{name}"
        ) from None
