"""What the store of items and actions offers to those who work with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from lambdas.comments.records import Action, Item


class InboxLedger(Protocol):
    """Items and actions; see `store.InboxStore`, which keeps them in a table."""

    @property
    def tenant(self) -> str:
        """Return the tenant."""

    def item(self, item_id: str) -> Item | None:
        """Return an item, or None."""

    def action(self, action_id: str) -> Action | None:
        """Return an action, or None."""

    def actions(self, subject: str) -> list[Action]:
        """Return the actions of a subject, the oldest first."""

    def add(self, item: Item) -> bool:
        """Store a new item; return False if it is there already."""

    def save(
        self, item: Item | None = None, actions: Sequence[Action] = ()
    ) -> tuple[Item | None, tuple[Action, ...]]:
        """Store an item and actions as their next versions, all or none; return these."""

    def of_request(self, action: Action) -> str | None:
        """Return the id of the action that this action's request id made, or None."""

    def maker_of(self, account_id: str, result_id: str) -> str | None:
        """Return the id of the action that made a comment or message, or None."""

    def listed(
        self, index: str, value: str, *, before: str | None = None, after: str | None = None
    ) -> Iterator[Item]:
        """Iterate over items of an index, the newest first, between two positions."""

    def due(self, now: datetime) -> Iterator[Item | Action]:
        """Iterate over what has to be looked at by now."""
