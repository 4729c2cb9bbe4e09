"""The way from a feature to Instagram: the vault's token, and the client with the budget that all functions share.

account = instagram.account()
for media in account.library.media(since, until): ...
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lambdas.graph.call import ClientDependencies, Log
from lambdas.graph.client import Account, Graph
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import LOGIN_TYPES, Addresses
from lambdas.graph.transport import Transport
from lambdas.instagram.budget_store import DynamoBudgetStore
from lambdas.instagram.coalescing_store import DynamoCoalescingStore
from lambdas.instagram.settings import InstagramSettings
from lambdas.instagram.token_provider import Bootstrap, TokenProvider
from lambdas.kit.clock import Clock
from lambdas.kit.log import FeatureMetrics
from lambdas.storage.accounts.token_cipher import TokenCipher


class Instagram:
    """Clients of both login types, put together from a feature's settings."""

    def __init__(
        self, settings: InstagramSettings, transport: Transport, clock: Clock, log: Log
    ) -> None:
        self._settings = settings
        # Under one name, whichever feature calls: the limits are the same.
        metrics = FeatureMetrics("graph")
        self._deps = ClientDependencies(
            transport, clock, log, metrics.count, lambda name, value: metrics.emit(**{name: value})
        )
        self._budget = DynamoBudgetStore(settings.budget_table_name)
        self._reads = DynamoCoalescingStore(settings.budget_table_name, clock)
        self._graphs: dict[tuple[str, str], Graph] = {}
        self.vault = token_provider(settings, clock)

    def graph(
        self, login_type: str, app: AppCredentials, deadline: timedelta | None = None
    ) -> Graph:
        """The client of an app. `deadline` is how long a read may take, where that is not the client's own."""
        deps = replace(self._deps, deadline=deadline) if deadline else self._deps
        base, version = self._settings.graph_address(login_type)
        return Graph(
            LOGIN_TYPES[login_type], app, Addresses(version, base), deps, self._budget, self._reads
        )

    def account(self, account_id: str | None = None) -> Account | None:
        """The account of that id, or the only one, with its token of now; None if nothing is connected. Raises what the vault raises."""
        usable = self.vault.usable_token(account_id)
        if usable is None:
            return None
        # Of one client per app: its accounts share what it has learned. Reading needs no app secret.
        key = (usable.login_type, usable.app_id)
        if key not in self._graphs:
            self._graphs[key] = self.graph(
                usable.login_type, AppCredentials(usable.app_id or usable.login_type, "")
            )
        return self._graphs[key].account(usable.account_id, usable.token)


def token_provider(settings: InstagramSettings, clock: Clock) -> TokenProvider:
    """The vault that a feature's settings name."""
    bootstrap = (
        Bootstrap(settings.bootstrap_token, settings.ig_user_id, settings.login_type)
        if settings.bootstrap_token
        else None
    )
    return TokenProvider(
        settings.tokens_table_name,
        TokenCipher(settings.token_key_arn),
        settings.tenant,
        bootstrap,
        clock,
        settings.ig_user_id,
    )
