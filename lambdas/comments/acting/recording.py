"""New actions: their ids, and the first row of each."""

from __future__ import annotations

import random
from dataclasses import dataclass

from lambdas.comments.keys import SEPARATOR
from lambdas.comments.records import Action, ActionKind, Item, ItemKind
from lambdas.kit.clock import Clock

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class ActionFactory:
    """Makes actions that are to be performed at once. Their ids sort by time."""

    clock: Clock
    rng: random.Random

    def about(
        self, item: Item, kind: ActionKind, text: str | None = None, **more: object
    ) -> Action:
        """Return a new action about an item."""
        target = item.comment_id or item.media_id or item.id if item.id[0] == "m" else item.id
        return self.of(
            item.account_id,
            item.id,
            kind,
            target,
            text=text,
            item_id=item.id,
            media_id=item.media_id,
            connected_at=item.connected_at,
            **more,
        )

    def of(
        self, account_id: str, subject: str, kind: ActionKind, target: str, **more: object
    ) -> Action:
        """Return a new action about a subject."""
        now = self.clock.now()
        tail = "".join(self.rng.choices(DIGITS, k=8))
        number = f"{int(now.timestamp() * 1000):013d}{tail}"
        return Action(
            id=f"{subject}{SEPARATOR}{number}",
            account_id=account_id,
            subject=subject,
            kind=kind,
            target=target,
            created_at=now,
            due_at=now,
            **more,  # type: ignore[arg-type]
        )


def _target(item: Item) -> str:
    """Return the id that Instagram knows an item by."""
    match item.kind:
        case ItemKind.COMMENT:
            return item.id
        case ItemKind.MENTION:
            return item.comment_id or str(item.media_id)
        case ItemKind.MESSAGE:
            return item.thread
