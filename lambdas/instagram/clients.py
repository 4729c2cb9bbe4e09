"""The way from a feature to Instagram: a usable token and the client, with the shared budget.

account = instagram.account()
for media in account.library.media(since, until): ...
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lambdas.graph.budget import BudgetStore
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Account, Graph
from lambdas.graph.coalescing import CoalescingStore
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import LOGIN_TYPES, Addresses
from lambdas.instagram.settings import InstagramSettings
from lambdas.instagram.token_provider import TokenProvider


class Instagram:
    """Clients of both login types, built from a feature's settings."""

    def __init__(
        self,
        settings: InstagramSettings,
        tokens: TokenProvider,
        deps: ClientDependencies,
        budget: BudgetStore,
        coalescing: CoalescingStore,
    ) -> None:
        self._settings = settings
        self._deps = deps
        self._budget = budget
        self._coalescing = coalescing
        self._graphs: dict[tuple[str, str], Graph] = {}
        self._tokens = tokens

    def graph(
        self, login_type: str, app: AppCredentials, deadline: timedelta | None = None
    ) -> Graph:
        """Return the client of an app. `deadline` limits a read, where the default is too long."""
        deps = replace(self._deps, deadline=deadline) if deadline else self._deps
        base, version = self._settings.graph_address(login_type)
        return Graph(
            LOGIN_TYPES[login_type],
            app,
            Addresses(version, base),
            deps,
            self._budget,
            self._coalescing,
        )

    def account(self, account_id: str | None = None) -> Account | None:
        """Return the account of that id, or the site's own, with its current token.

        Returns None if nothing is connected. Raises what `TokenProvider.usable_token` raises.
        """
        usable = self._tokens.usable_token(account_id)
        if usable is None:
            return None
        # One client per app, whose accounts share what it has learned. Reads need no app secret.
        key = (usable.login_type, usable.app_id)
        if key not in self._graphs:
            app = AppCredentials(usable.app_id or usable.login_type, "")
            self._graphs[key] = self.graph(usable.login_type, app)
        return self._graphs[key].account(usable.account_id, usable.token)
