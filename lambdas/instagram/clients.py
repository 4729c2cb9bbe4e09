"""The way from a feature to Instagram: a usable token and the client, with the shared budget.

account = instagram.account()
for media in account.library.media(since, until): ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from lambdas.graph.app_credentials import AppCredentials
from lambdas.graph.budget import STOP_FROM, BudgetStore
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Account, Graph
from lambdas.graph.coalescing import CoalescingStore
from lambdas.graph.login_type import Addresses, platform_of
from lambdas.graph.metric_sets import LearnedRefusals
from lambdas.instagram.settings import InstagramSettings
from lambdas.instagram.token_provider import TokenProvider, UsableToken
from lambdas.kit.login_type import LoginType


@dataclass(frozen=True, kw_only=True)
class Instagram:
    """Clients of both login types, built from a feature's settings.

    `credentials` returns the app of a login type. It is used for data calls only where the app
    demands `appsecret_proof` (the setting `prove_app_secret`). `max_usage` is the percentage of a
    limit from which no calls are made: work that can wait leaves the rest to others.
    """

    settings: InstagramSettings
    tokens: TokenProvider
    client: ClientDependencies
    budget: BudgetStore
    coalescing: CoalescingStore
    credentials: Callable[[LoginType], AppCredentials]
    max_usage: float = STOP_FROM
    _graphs: dict[tuple[LoginType, AppCredentials], Graph] = field(
        default_factory=dict, init=False, repr=False
    )

    def graph(
        self, login_type: LoginType, app: AppCredentials, deadline: timedelta | None = None
    ) -> Graph:
        """Return the client of an app. `deadline` limits a read, where the default is too long."""
        client = replace(self.client, deadline=deadline) if deadline else self.client
        base, version = self.settings.graph_address(login_type)
        return Graph(
            platform_of(login_type),
            app,
            Addresses(version, base),
            client,
            self.budget,
            self.coalescing,
            prove_secret=self.settings.prove_app_secret,
            max_usage=self.max_usage,
        )

    def account(self, account_id: str | None = None) -> Account | None:
        """Return the account of that id, or the site's own, with its current token.

        Returns None if nothing is connected. Raises what `TokenProvider.usable_token` raises.
        """
        usable = self.tokens.usable_token(account_id)
        return self.account_of(usable) if usable else None

    def account_of(self, usable: UsableToken, learned: LearnedRefusals | None = None) -> Account:
        """Return the account of a usable token; `learned` are known refusals of metrics."""
        # One client per app, whose accounts share what it has learned. A secret that was reset
        # makes another one: instances of functions live longer.
        app = self._app(usable)
        key = (usable.login_type, app)
        if key not in self._graphs:
            self._graphs[key] = self.graph(usable.login_type, app)
        return self._graphs[key].account(usable.account_id, usable.token, learned)

    def _app(self, usable: UsableToken) -> AppCredentials:
        if self.settings.prove_app_secret:
            return self.credentials(usable.login_type)
        return AppCredentials(usable.app_id or usable.login_type, "")
