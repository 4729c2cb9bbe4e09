"""Updates as items of the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount
from lambdas.comments.media import MediaRecord
from lambdas.comments.records import Item, ItemKind, ItemState, Origin
from lambdas.comments.updates import CommentWritten, Mentioned, MessageWritten
from lambdas.kit.login_type import LoginType

UNSUPPORTED = "Instagram does not pass this kind of message on. Open it in the Instagram app."
# What was written before the account was connected is for the record, unless it is fresh.
FRESH = timedelta(hours=48)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What Instagram said of a mention; `unread` is a sentence where it said nothing."""

    text: str | None = None
    at: datetime | None = None
    author_id: str | None = None
    username: str | None = None
    unread: str | None = None


def comment_item(
    update: CommentWritten, account: InboxAccount, now: datetime, origin: Origin
) -> Item:
    """Return the item of a comment, as below the account's own media; see `placed`."""
    own = account.is_author(update.author_id, update.username)
    item = Item(
        id=update.comment_id,
        account_id=account.id,
        kind=ItemKind.COMMENT,
        at=update.at,
        received_at=now,
        thread=update.media_id or update.comment_id,
        origin=origin,
        # Instagram has several ids for the account itself.
        author_id=account.id if own else update.author_id,
        username=update.username,
        text=update.text,
        media_id=update.media_id,
        product_type=update.product_type,
        parent_id=update.parent_id,
        comment_id=update.comment_id,
        is_own=own,
        is_live=update.is_live,
        hidden=update.is_hidden,
        connected_at=account.connected_at,
    )
    return _started(item, account)


def placed(item: Item, account: InboxAccount, media: MediaRecord | None) -> Item:
    """Return a comment with the media object that it is below.

    Below another account's media it is a mention. With the Facebook login mentions have updates of
    their own.
    """
    if media is None or item.kind is not ItemKind.COMMENT:
        return item
    if media.is_own or account.login_type is LoginType.FACEBOOK:
        return replace(item, media_id=media.id, thread=media.id)
    return replace(item, kind=ItemKind.MENTION)


def mention_item(
    update: Mentioned, account: InboxAccount, now: datetime, origin: Origin, found: Found
) -> Item:
    """Return the item of a mention, with what Instagram said of it."""
    item = Item(
        id=keys.mention_id(account.id, update.media_id, update.comment_id),
        account_id=account.id,
        kind=ItemKind.MENTION,
        at=found.at or update.at,
        received_at=now,
        thread=update.media_id,
        origin=origin,
        author_id=found.author_id,
        username=found.username,
        text=found.text,
        media_id=update.media_id,
        comment_id=update.comment_id,
        unread=found.unread,
        is_own=account.is_author(found.author_id, found.username),
        connected_at=account.connected_at,
    )
    return _started(item, account)


def message_item(
    update: MessageWritten, account: InboxAccount, now: datetime, origin: Origin
) -> Item:
    """Return the item of a message."""
    item = Item(
        id=keys.message_id(account.id, update.mid),
        account_id=account.id,
        kind=ItemKind.MESSAGE,
        at=update.at,
        received_at=now,
        thread=update.person_id,
        origin=origin,
        author_id=account.id if update.is_own else update.person_id,
        text=update.text,
        is_own=update.is_own,
        is_standby=update.is_standby,
        mid=update.mid,
        reply_to=update.reply_to,
        attachments=update.attachments,
        unread=UNSUPPORTED if update.is_unsupported else None,
        connected_at=account.connected_at,
    )
    return _started(item, account)


def _started(item: Item, account: InboxAccount) -> Item:
    """Return an item with what it needs before rules are applied, if they are."""
    if item.is_own or item.deleted_at:
        return replace(item, state=ItemState.DONE, checked=True)
    if item.hidden:
        # A person decided already.
        return replace(item, state=ItemState.HIDDEN, checked=True)
    since = account.since or account.connected_at
    if since and item.at < since:
        is_fresh = item.received_at - item.at < FRESH
        state = ItemState.OPEN if is_fresh else ItemState.DONE
        return replace(item, state=state, checked=True)
    return item
