"""Accounts as posts use them: open for calls, or with the obstacle that keeps them from it."""

from __future__ import annotations

from typing import Protocol

from lambdas.graph.client import Account
from lambdas.kit.errors import ReauthRequired
from lambdas.publishing.obstacles import Obstacle, Way, own_obstacle


class Accounts(Protocol):
    """Opens accounts for calls."""

    def account(self, account_id: str) -> Account | None:
        """Return an account, or None if it is not connected. Raises ReauthRequired."""


def usable_account(accounts: Accounts, account_id: str) -> Account | Obstacle:
    """Return an account, or why it cannot be used."""
    try:
        account = accounts.account(account_id)
    except ReauthRequired:
        return own_obstacle(Way.RECONNECT, "reconnect_required")
    return account or own_obstacle(Way.RECONNECT, "account_disconnected")
