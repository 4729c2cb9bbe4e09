"""Takes updates: each becomes an item once, however often and in whatever order it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount, InboxAccounts
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.media import MediaRecord
from lambdas.comments.people import People
from lambdas.comments.records import Item, ItemKind, ItemState, Origin
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.comments.taking.items import comment_item, mention_item, message_item, placed
from lambdas.comments.taking.kept import Kept
from lambdas.comments.taking.media_finder import MediaFinder
from lambdas.comments.taking.mentions import LATER, UNREADABLE, MentionReader
from lambdas.comments.taking.message_changes import PLACEHOLDER, MessageChanges
from lambdas.comments.taking.names import Names
from lambdas.comments.taking.own_activity import OwnActivity, answered_in_app
from lambdas.comments.taking.ruling import Ruling
from lambdas.comments.updates import (
    CommentWritten,
    Foreign,
    Ignored,
    Mentioned,
    MessageEdited,
    MessageReaction,
    MessageUnsent,
    MessageWritten,
    Update,
)
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError

# What cannot be read for so long is left to people.
READING_TIME = timedelta(hours=24)
# After this rules are applied without knowing the media object: a person may be needed.
MEDIA_TIME = timedelta(minutes=4)
MAX_TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Taker:
    """Takes updates. `note_event` records that a webhook brought something for an account."""

    ledger: InboxLedger
    accounts: InboxAccounts
    media: MediaFinder
    mentions: MentionReader
    names: Names
    people: People
    changes: MessageChanges
    kept: Kept
    activity: OwnActivity
    ruling: Ruling
    note_event: Callable[[str], None]
    clock: Clock
    emit: Callable[..., None]

    def take(self, update: Update, origin: Origin = Origin.WEBHOOK) -> bool:
        """Take an update; return whether it was new. A second time it changes nothing."""
        account = self.accounts.of(update.account_id)
        if account is None or not account.is_connected:
            self._keep_homeless(update)
            return False
        if origin is Origin.WEBHOOK:
            self.note_event(account.id)
        try:
            return self._take(update, account, origin)
        except AccountDataDeleted:
            # Its owner wants nothing of it to be stored.
            return False

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
                    self._settle_answered(item)
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

    def _take(self, update: Update, account: InboxAccount, origin: Origin) -> bool:
        match update:
            case CommentWritten():
                return self._comment(update, account, origin)
            case Mentioned():
                return self._mention(update, account, origin)
            case MessageWritten():
                return self._message(update, account, origin)
            case MessageUnsent() | MessageEdited() | MessageReaction():
                return self.changes.apply(update, account)
            case Foreign():
                self.kept.keep(account, update)
                self.emit(UpdatesForeign=1)
                return False
            case Ignored():
                return False

    def _comment(self, update: CommentWritten, account: InboxAccount, origin: Origin) -> bool:
        item = comment_item(update, account, self.clock.now(), origin)
        known = self.ledger.item(item.id)
        if known and known.account_id != account.id:
            # The comment mentions this account, and is in the inbox of the one it was written to.
            item = replace(item, id=self._mention_id(update, account))
            known = self.ledger.item(item.id)
        elif known is None and self.ledger.item(self._mention_id(update, account)):
            # It came as a mention before.
            return False
        if item.is_own:
            return self._own(placed(item, account, self._media(item, account)))
        if known:
            self._check_stored(known, account)
            return False
        # Stored first: in an outage nothing else works.
        item = placed(item, account, self.media.known(account, item.media_id))
        is_new = self._add(item)
        self._check_stored(item, account)
        return is_new

    def _mention_id(self, update: CommentWritten, account: InboxAccount) -> str:
        return keys.mention_id(account.id, update.media_id or "", update.comment_id)

    def _media(self, item: Item, account: InboxAccount) -> MediaRecord | None:
        """Return the media object of a comment, or None while it cannot be read."""
        if item.media_id is None:
            return None
        return self.media.find(account, item.media_id, item.comment_id)

    def _own(self, item: Item) -> bool:
        """Take what the account itself wrote; a second time it changes nothing."""
        known = self.ledger.item(item.id)
        if known and known.unread != PLACEHOLDER:
            self._settle_answered(known)
            return False
        item = self.activity.noted(item)
        # What it answers may have arrived by then. Until this is settled the sweep comes back.
        is_new = self._add(item) or self._fill(item)
        self._settle_answered(self.ledger.item(item.id))
        return is_new

    def _settle_answered(self, own: Item | None) -> None:
        """Settle what an own item answers, unless that was done."""
        if own is None or own.checked:
            return
        self.activity.settle(own)
        try:
            self.ledger.save(replace(own, checked=True))
        except ConflictError:
            # Another worker has it, or the sweep goes on with it.
            return

    def _mention(self, update: Mentioned, account: InboxAccount, origin: Origin) -> bool:
        if self._is_no_mention(update, account):
            return False
        item_id = keys.mention_id(account.id, update.media_id, update.comment_id)
        if known := self.ledger.item(item_id):
            self._check_stored(known, account)
            return False
        found = self.mentions.read(update)
        item = mention_item(update, account, self.clock.now(), origin, found)
        is_new = self._add(item)
        self._check_stored(item, account)
        return is_new

    def _is_no_mention(self, update: Mentioned, account: InboxAccount) -> bool:
        """Return whether a mention is our own answer, or a comment that has its own update."""
        if update.comment_id is None:
            return False
        if self.ledger.maker_of(account.id, update.comment_id):
            return True
        known = self.ledger.item(update.comment_id)
        if known and known.account_id == account.id:
            return True
        media = self.media.find(account, update.media_id)
        return media is not None and media.is_own

    def _message(self, update: MessageWritten, account: InboxAccount, origin: Origin) -> bool:
        now = self.clock.now()
        item = message_item(update, account, now, origin)
        if item.is_own:
            return self._own(item)
        # First: an answer is allowed from now on, and it can be repeated.
        self.people.wrote(account, update.person_id, update.at)
        item = replace(item, username=self.names.of(account, update.person_id))
        is_new = self._add(item) or self._fill(item)
        self._check_stored(item, account)
        return is_new

    def _add(self, item: Item) -> bool:
        is_new = self.ledger.add(item)
        if is_new:
            self.emit(ItemsNew=1)
        return is_new

    def _fill(self, item: Item) -> bool:
        """Put a message in the place that a reaction to it has taken; return whether it was so."""
        for _ in range(MAX_TRIES):
            known = self.ledger.item(item.id)
            if known is None or known.unread != PLACEHOLDER:
                return False
            text = known.text if known.edits else item.text
            filled = replace(
                item, version=known.version, reactions=known.reactions, edits=known.edits, text=text
            )
            try:
                self.ledger.save(filled)
            except ConflictError:
                continue
            return True
        raise ConflictError

    def _check_stored(self, item: Item, account: InboxAccount) -> None:
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

    def _check(self, item: Item, account: InboxAccount) -> None:
        if item.unread == LATER:
            return
        if self.activity.answered(item):
            self.ledger.save(answered_in_app(item))
            return
        media = self._media(item, account) if item.kind is ItemKind.COMMENT else None
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

    def _keep_homeless(self, update: Update) -> None:
        """Count what is for an account that is not connected; keep nothing of it.

        An account that is connected later is read from Instagram.
        """
        if not isinstance(update, Ignored):
            self.emit(WebhookHomeless=1)
