"""What happens to messages after they were written: edits, reactions, and taking them back.

Each may come before the message itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.records import Decision, Item, ItemKind, ItemState, Reaction
from lambdas.comments.updates import MessageEdited, MessageReaction, MessageUnsent
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError

PLACEHOLDER = "Something happened to a message that has not arrived here."
MAX_TRIES = 10
# A conversation has two sides. A row holds 400 KB.
MAX_REACTIONS = 100
Change = MessageUnsent | MessageEdited | MessageReaction


@dataclass(frozen=True)
class MessageChanges:
    """Applies changes to stored messages."""

    ledger: InboxLedger
    clock: Clock

    def apply(self, change: Change, account: InboxAccount) -> bool:
        """Apply a change; return whether it was new."""
        for _ in range(MAX_TRIES):
            item = self.ledger.item(keys.message_id(account.id, change.mid))
            before = item or self._place(change, account)
            after = _changed(before, change)
            if after == before:
                return False
            try:
                self.ledger.save(after)
            except ConflictError:
                continue
            return True
        raise ConflictError

    def _place(self, change: Change, account: InboxAccount) -> Item:
        """Return what stands for a message that is not here yet."""
        return Item(
            id=keys.message_id(account.id, change.mid),
            account_id=account.id,
            kind=ItemKind.MESSAGE,
            at=change.at,
            received_at=self.clock.now(),
            thread=change.person_id,
            state=ItemState.DONE,
            author_id=change.person_id,
            mid=change.mid,
            checked=True,
            unread=PLACEHOLDER,
            connected_at=account.connected_at,
        )


def _changed(item: Item, change: Change) -> Item:
    match change:
        case MessageUnsent():
            if item.deleted_at:
                return item
            # Who takes a message back wants its content to be gone.
            return replace(
                item,
                deleted_at=change.at,
                text=None,
                attachments=(),
                unread=None,
                checked=True,
                state=ItemState.DONE,
                decision=_without_text(item.decision),
            )
        case MessageEdited():
            if change.edits <= item.edits or item.deleted_at:
                return item
            return replace(item, text=change.text, edits=change.edits)
        case MessageReaction():
            return _reacted(item, change)


def _without_text(decision: Decision | None) -> Decision | None:
    """Return a decision without its sentences: they quote what the message said."""
    if decision is None:
        return None
    why = f"the rule {decision.rule}" if decision.rule else ""
    return replace(decision, why=why, passed=())


def _reacted(item: Item, change: MessageReaction) -> Item:
    known = next((one for one in item.reactions if one.author_id == change.author_id), None)
    if known and known.at >= change.at:
        return item
    others = tuple(one for one in item.reactions if one is not known)
    mine = Reaction(author_id=change.author_id, at=change.at, emoji=change.emoji)
    return replace(item, reactions=(*others, mine)[-MAX_REACTIONS:])
