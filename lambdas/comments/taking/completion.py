"""Completes items that are stored: applies rules, and settles what own messages answer, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from lambdas.comments.accounts import InboxAccount, InboxAccounts
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.media import MediaRecord
from lambdas.comments.records import Item, ItemKind, ItemState
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.comments.taking.items import placed
from lambdas.comments.taking.media_finder import MediaFinder
from lambdas.comments.taking.mentions import LATER, UNREADABLE, MentionReader
from lambdas.comments.taking.own_activity import OwnActivity, answered_in_app
from lambdas.comments.taking.ruling import Ruling
from lambdas.comments.updates import Mentioned
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError

# What cannot be read for so long is left to people.
READING_TIME = timedelta(hours=24)
# After this rules are applied without knowing the media object: a person may be needed.
MEDIA_TIME = timedelta(minutes=4)
MAX_TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Completion:
    """Completes items. What it cannot do now, the sweep comes back to."""

    ledger: InboxLedger
    accounts: InboxAccounts
    media: MediaFinder
    mentions: MentionReader
    activity: OwnActivity
    ruling: Ruling
    clock: Clock

    def complete(self, item_id: str) -> None:
        """Go on with an item whose rules were not applied."""
        for _ in range(MAX_TRIES):
            item = self.ledger.item(item_id)
            if item is None or item.checked:
                return
            account = self.accounts.of(item.account_id)
            try:
                if account is None or not account.is_connected:
                    self.ledger.save(replace(item, checked=True))
                    return
                if item.is_own:
                    self.settle_answered(item)
                    return
                read = self._read_again(item)
                if account.is_author(read.author_id, read.username):
                    own = replace(read, is_own=True, checked=True, state=ItemState.DONE)
                    self.ledger.save(own)
                    return
                self._check(read, account)
            except ConflictError:
                continue
            except AccountDataDeleted:
                pass
            return

    def check_stored(self, item: Item, account: InboxAccount) -> None:
        """Apply rules to an item as it is stored, unless that was done."""
        if item.checked:
            return
        stored = self.ledger.item(item.id)
        if stored and not stored.checked:
            try:
                self._check(stored, account)
            except ConflictError:
                # Another worker has it, or the sweep goes on with it.
                return

    def settle_answered(self, own: Item | None) -> None:
        """Settle what an own item answers, unless that was done."""
        if own is None or own.checked:
            return
        self.activity.settle(own)
        try:
            self.ledger.save(replace(own, checked=True))
        except ConflictError:
            # Another worker has it, or the sweep goes on with it.
            return

    def media_of(self, item: Item, account: InboxAccount) -> MediaRecord | None:
        """Return the media object of a comment, or None while it cannot be read."""
        if item.media_id is None:
            return None
        return self.media.find(account, item.media_id, item.comment_id)

    def _check(self, item: Item, account: InboxAccount) -> None:
        if item.unread == LATER:
            return
        if self.activity.answered(item):
            self.ledger.save(answered_in_app(item))
            return
        media = self.media_of(item, account) if item.kind is ItemKind.COMMENT else None
        if media is None and item.media_id and self._is_young(item):
            # Whose media it is below decides how it is answered; the sweep comes back to it.
            return
        self.ruling.apply(placed(item, account, media), media)

    def _is_young(self, item: Item) -> bool:
        waits = item.kind is ItemKind.COMMENT and self.clock.now() - item.received_at < MEDIA_TIME
        return waits and item.unread is None

    def _read_again(self, item: Item) -> Item:
        """Return a mention with its text, if it can be read by now."""
        if item.unread != LATER or item.media_id is None:
            return item
        mention = Mentioned(
            account_id=item.account_id,
            at=item.at,
            media_id=item.media_id,
            comment_id=item.comment_id,
        )
        found = self.mentions.read(mention)
        unread = found.unread
        if unread == LATER and self.clock.now() - item.received_at > READING_TIME:
            unread = UNREADABLE
        read = replace(
            item,
            text=found.text,
            author_id=found.author_id,
            username=found.username,
            unread=unread,
        )
        saved, _ = self.ledger.save(read)
        return saved or read
