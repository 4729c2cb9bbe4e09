"""What is read around the items of one answer, each once: media, persons, threads, actions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount, InboxAccounts
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.media import MediaRecord, MediaStore
from lambdas.comments.people import People, Person
from lambdas.comments.records import Action, Item, ItemKind

THREAD_ITEMS = 100

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where it is read."""

    ledger: InboxLedger
    media: MediaStore
    people: People
    accounts: InboxAccounts


@dataclass(frozen=True)
class Surroundings:
    """Reads for one answer; nothing is kept for the next one."""

    sources: Sources
    _read: dict[tuple[str, ...], object] = field(default_factory=dict)

    def account(self, item: Item) -> InboxAccount | None:
        """Return the account of an item."""
        return self.sources.accounts.of(item.account_id)

    def media(self, item: Item) -> MediaRecord | None:
        """Return what is known of the media object that an item is below."""
        media_id = item.media_id
        if media_id is None:
            return None
        read = self.sources.media.get
        return self._once(
            ("media", item.account_id, media_id), lambda: read(item.account_id, media_id)
        )

    def person(self, item: Item) -> Person | None:
        """Return the other side of a message."""
        read, thread = self.sources.people.get, item.thread
        return self._once(
            ("person", item.account_id, thread), lambda: read(item.account_id, thread)
        )

    def actions(self, item: Item) -> Sequence[Action]:
        """Return the actions of an item, the oldest first; those of a message are its thread's."""
        subject = item.id
        if item.kind is ItemKind.MESSAGE:
            subject = keys.person_subject(item.account_id, item.thread)
        return self._once(("actions", subject), lambda: self.sources.ledger.actions(subject))

    def thread(self, item: Item) -> Sequence[Item]:
        """Return the newest items of a thread, the newest first."""
        name = keys.thread_list(self.sources.ledger.tenant, item.account_id, item.thread)
        return self._once(("thread", name), lambda: self._newest(name))

    def _newest(self, name: str) -> Sequence[Item]:
        found = self.sources.ledger.listed(keys.BY_THREAD, name)
        return list(itertools.islice(found, THREAD_ITEMS))

    def _once(self, name: tuple[str, ...], read: Callable[[], T]) -> T:
        if name not in self._read:
            self._read[name] = read()
        return self._read[name]  # type: ignore[return-value]
