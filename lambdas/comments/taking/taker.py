"""Takes updates: each becomes an item once, however often and in whatever order it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount, InboxAccounts
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.people import People
from lambdas.comments.records import Item, Origin
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.comments.taking.completion import Completion
from lambdas.comments.taking.items import comment_item, mention_item, message_item, placed
from lambdas.comments.taking.kept import Kept
from lambdas.comments.taking.media_finder import MediaFinder
from lambdas.comments.taking.mentions import MentionReader
from lambdas.comments.taking.message_changes import PLACEHOLDER, MessageChanges
from lambdas.comments.taking.names import Names
from lambdas.comments.taking.own_activity import OwnActivity
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
    completion: Completion
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
            return self._own(placed(item, account, self.completion.media_of(item, account)))
        if known:
            self.completion.check_stored(known, account)
            return False
        # Stored first: in an outage nothing else works.
        item = placed(item, account, self.media.known(account, item.media_id))
        is_new = self._add(item)
        self.completion.check_stored(item, account)
        return is_new

    def _mention_id(self, update: CommentWritten, account: InboxAccount) -> str:
        return keys.mention_id(account.id, update.media_id or "", update.comment_id)

    def _own(self, item: Item) -> bool:
        """Take what the account itself wrote; a second time it changes nothing."""
        known = self.ledger.item(item.id)
        if known and known.unread != PLACEHOLDER:
            self.completion.settle_answered(known)
            return False
        item = self.activity.noted(item)
        # What it answers may have arrived by then. Until this is settled the sweep comes back.
        is_new = self._add(item) or self._fill(item)
        self.completion.settle_answered(self.ledger.item(item.id))
        return is_new

    def _mention(self, update: Mentioned, account: InboxAccount, origin: Origin) -> bool:
        if self._is_no_mention(update, account):
            return False
        item_id = keys.mention_id(account.id, update.media_id, update.comment_id)
        if known := self.ledger.item(item_id):
            self.completion.check_stored(known, account)
            return False
        found = self.mentions.read(update)
        item = mention_item(update, account, self.clock.now(), origin, found)
        is_new = self._add(item)
        self.completion.check_stored(item, account)
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
        self.completion.check_stored(item, account)
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

    def _keep_homeless(self, update: Update) -> None:
        """Count what is for an account that is not connected; keep nothing of it.

        An account that is connected later is read from Instagram.
        """
        if not isinstance(update, Ignored):
            self.emit(WebhookHomeless=1)
