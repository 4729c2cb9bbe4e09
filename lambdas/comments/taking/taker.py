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
from lambdas.comments.records import Item, ItemState, Kind, Origin
from lambdas.comments.store import AccountDataDeleted
from lambdas.comments.taking.items import comment_item, mention_item, message_item
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
from lambdas.kit.login_type import LoginType

# What cannot be read for so long is left to people.
READING_TIME = timedelta(hours=24)
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
                self._check(self._read_again(item), account)
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
        media = (
            self.media.find(account, update.media_id, update.comment_id)
            if update.media_id
            else None
        )
        # With the Facebook login mentions have updates of their own.
        mine = account.login_type is LoginType.FACEBOOK or media is None or media.is_own
        item = comment_item(update, account, self.clock.now(), origin, mine=mine)
        if media and mine and media.id != item.media_id:
            item = replace(item, media_id=media.id, thread=media.id)
        if mine and self._is_of_another(item):
            item = replace(item, id=keys.mention_id(account.id, item.thread, update.comment_id))
        if item.is_own:
            return self._own(item)
        is_new = self._add(item)
        self._check_stored(item, account, media)
        return is_new

    def _is_of_another(self, item: Item) -> bool:
        """Return whether a comment's id is taken: another account is mentioned in it.

        That is so only while it could not be read whose media it is below.
        """
        known = self.ledger.item(item.id)
        return known is not None and known.account_id != item.account_id

    def _own(self, item: Item) -> bool:
        """Take what the account itself wrote; a second time it changes nothing."""
        known = self.ledger.item(item.id)
        if known and known.unread != PLACEHOLDER:
            return False
        item = self.activity.noted(item)
        # Before it is stored, for the case of an interruption; after it, because what it answers
        # may have arrived meanwhile.
        self.activity.settle(item)
        is_new = self._add(item) or self._fill(item)
        self.activity.settle(item)
        return is_new

    def _mention(self, update: Mentioned, account: InboxAccount, origin: Origin) -> bool:
        item_id = keys.mention_id(account.id, update.media_id, update.comment_id)
        known = self.ledger.item(item_id)
        if known is None:
            found = self.mentions.read(update)
            item = mention_item(update, account, self.clock.now(), origin, found)
            is_new = self._add(item)
        else:
            item, is_new = known, False
        if item.unread != LATER:
            self._check_stored(item, account, None)
        return is_new

    def _message(self, update: MessageWritten, account: InboxAccount, origin: Origin) -> bool:
        now = self.clock.now()
        item = message_item(update, account, now, origin)
        if item.is_own:
            return self._own(item)
        # First: an answer is allowed from now on, and it can be repeated.
        self.people.wrote(account, update.person_id, update.at)
        item = replace(item, username=self.names.of(account, update.person_id))
        is_new = self._add(item) or self._fill(item)
        self._check_stored(item, account, None)
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

    def _check_stored(self, item: Item, account: InboxAccount, media: MediaRecord | None) -> None:
        """Apply rules to an item as it is stored, unless that was done."""
        if item.checked:
            return
        stored = self.ledger.item(item.id)
        if stored and not stored.checked:
            try:
                self._check(stored, account, media)
            except ConflictError:
                # Another worker has it, or the sweep goes on with it.
                return

    def _check(self, item: Item, account: InboxAccount, media: MediaRecord | None = None) -> None:
        if item.unread == LATER:
            return
        if self.activity.answered(item):
            self.ledger.save(answered_in_app(item))
            return
        if media is None and item.media_id and item.kind is Kind.COMMENT:
            media = self.media.find(account, item.media_id)
        self.ruling.apply(item, media)

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
            deleted_at=self.clock.now() if found.is_gone else None,
            state=ItemState.DONE if found.is_gone else item.state,
        )
        saved, _ = self.ledger.save(read)
        return saved or read

    def _keep_homeless(self, update: Update) -> None:
        """Count what is for an account that is not connected; keep nothing of it.

        It is nobody's here: an account that is connected later is read from Instagram.
        """
        if not isinstance(update, Ignored):
            self.emit(WebhookHomeless=1)
