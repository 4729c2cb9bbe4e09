"""The calls that actions are: what Instagram is asked to do, and what it did after all."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from lambdas.comments.accounts import InboxAccount
from lambdas.comments.records import Action, ActionKind, Item
from lambdas.graph.client import Account
from lambdas.graph.comments import Comment
from lambdas.graph.errors import GraphError, ObjectLag
from lambdas.graph.messages import Message

# Instagram's clock and ours differ by less.
SKEW = timedelta(minutes=1)
MAX_READ = 2000


class Seen(enum.StrEnum):
    """What is known of the effect of a call whose answer was lost."""

    THERE = "there"
    NOT_THERE = "not_there"
    """It may still appear: lists lag by minutes."""
    HIDDEN_FROM_US = "hidden_from_us"
    """The API has no way to look."""


@dataclass(frozen=True)
class Look:
    """What was seen, and the id of what was made, if anything was."""

    seen: Seen
    result_id: str | None = None


def make(account: Account, action: Action) -> str | None:
    """Make the call of an action; return the id of what it made, if anything.

    Raises errors of the Graph client.
    """
    target, text = action.target, action.text or ""
    match action.kind:
        case ActionKind.REPLY:
            return account.comments.reply(target, text)
        case ActionKind.PRIVATE_REPLY:
            return account.comments.private_reply(target, text).message_id
        case ActionKind.MESSAGE:
            return account.messages.send(target, text).message_id
        case ActionKind.MENTION_REPLY:
            comment_id = target if target != action.media_id else None
            return account.comments.reply_to_mention(str(action.media_id), text, comment_id)
        case ActionKind.HIDE | ActionKind.UNHIDE:
            account.comments.hide(target, action.kind is ActionKind.HIDE)
        case ActionKind.DELETE:
            account.comments.delete(target)
        case ActionKind.OPEN_COMMENTS | ActionKind.CLOSE_COMMENTS:
            account.comments.enable(target, action.kind is ActionKind.OPEN_COMMENTS)
    return None


def is_gone(account: Account, action: Action) -> bool:
    """Return whether the comment of an action is not on Instagram, as a second question tells.

    Instagram sometimes says so of a call although the comment is there.
    """
    match action.kind:
        case ActionKind.REPLY | ActionKind.HIDE | ActionKind.UNHIDE | ActionKind.DELETE:
            try:
                account.comments.one(action.target)
            except ObjectLag:
                return True
            except GraphError:
                return False
            return False
        case _:
            return True


@dataclass(frozen=True)
class ReadBack:
    """Looks for the effect of a call. `is_free` says whether no other action made something."""

    account: Account
    known: InboxAccount
    is_free: Callable[[str], bool]

    def look(self, action: Action, item: Item | None) -> Look:
        """Return what can be seen. Raises errors of the Graph client."""
        match action.kind:
            case ActionKind.REPLY:
                return self._reply(action, item)
            case ActionKind.PRIVATE_REPLY:
                return self._message(action, item.author_id if item else None)
            case ActionKind.MESSAGE:
                return self._message(action, action.target)
            case ActionKind.HIDE | ActionKind.UNHIDE:
                hidden = self.account.comments.one(action.target).hidden
                return _state(hidden, action.kind is ActionKind.HIDE)
            case ActionKind.OPEN_COMMENTS | ActionKind.CLOSE_COMMENTS:
                enabled = self.account.library.one_media(action.target).is_comment_enabled
                return _state(enabled, action.kind is ActionKind.OPEN_COMMENTS)
            case ActionKind.DELETE:
                return self._deleted(action.target)
            case _:
                # Comments below other accounts' media cannot be listed.
                return Look(Seen.HIDDEN_FROM_US)

    def _reply(self, action: Action, item: Item | None) -> Look:
        # A reply to a reply is attached to the comment on top.
        top = (item.parent_id if item else None) or action.target
        replies = list(islice(self.account.comments.replies(top), MAX_READ))
        look = self._found(one.id for one in replies if self._is_ours(one, action))
        is_cut = look.seen is Seen.NOT_THERE and len(replies) == MAX_READ
        return Look(Seen.HIDDEN_FROM_US) if is_cut else look

    def _is_ours(self, comment: Comment, action: Action) -> bool:
        is_known = comment.author_id or comment.username
        if is_known and not self.known.is_author(comment.author_id, comment.username):
            return False
        return _plain(comment.text) == _plain(action.text) and _since(comment.timestamp, action)

    def _message(self, action: Action, person_id: str | None) -> Look:
        conversation = self.account.messages.conversation_with(person_id) if person_id else None
        if conversation is None:
            return Look(Seen.HIDDEN_FROM_US if person_id is None else Seen.NOT_THERE)
        messages = self.account.messages.messages_of(conversation.id).messages
        return self._found(one.id for one in messages if self._is_sent(one, action))

    def _is_sent(self, message: Message, action: Action) -> bool:
        sender = message.sender
        if sender is None or not self.known.is_author(sender.id, sender.username):
            return False
        same = (message.text or "").strip() == (action.text or "").strip()
        return same and _since(message.created_at, action)

    def _found(self, ids: Iterable[str]) -> Look:
        for one in ids:
            if self.is_free(one):
                return Look(Seen.THERE, one)
        return Look(Seen.NOT_THERE)

    def _deleted(self, comment_id: str) -> Look:
        try:
            self.account.comments.one(comment_id)
        except ObjectLag:
            return Look(Seen.THERE)
        return Look(Seen.NOT_THERE)


def _state(value: bool | None, wanted: bool) -> Look:
    return Look(Seen.THERE if value is wanted else Seen.NOT_THERE)


def _since(at: datetime | None, action: Action) -> bool:
    """Return whether something was made by the call, and not before it."""
    return action.intent is not None and (at is None or at >= action.intent.at - SKEW)


def _plain(text: str | None) -> str:
    """Return a comment as it is read back: without the @ of mentions, and with single spaces."""
    return " ".join((text or "").replace("@", "").split())
