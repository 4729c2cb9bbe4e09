"""The way from a room to Instagram: the vault's token, and the client with the budget that all functions share.

account = instagram.account()
for media in account.library.media(since, until): ...
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lambdas.graph.call import Log, Surroundings
from lambdas.graph.client import Account, Graph
from lambdas.graph.flavour import FLAVOURS, Addresses
from lambdas.graph.login import AppCredentials
from lambdas.graph.transport import Transport
from lambdas.kit.clock import Clock
from lambdas.kit.instagram_settings import InstagramSettings
from lambdas.kit.log import RoomMetrics
from lambdas.storage.graph_budget import DynamoBudgetStore
from lambdas.storage.graph_reads import DynamoReadStore
from lambdas.storage.token_cipher import TokenCipher
from lambdas.storage.vault import Bootstrap, TokenVault


class Instagram:
    """Clients of both login flavours, put together from a room's settings."""

    def __init__(self, settings: InstagramSettings, transport: Transport, clock: Clock, log: Log) -> None:
        self._settings = settings
        # Under one name, whichever room calls: the limits are the same.
        metrics = RoomMetrics("graph")
        self._around = Surroundings(transport, clock, log, metrics.count, lambda name, value: metrics.emit(**{name: value}))
        self._budget = DynamoBudgetStore(settings.budget_table_name)
        self._reads = DynamoReadStore(settings.budget_table_name, clock)
        self._graphs: dict[tuple[str, str], Graph] = {}
        self.vault = vault_of(settings, clock)

    def graph(self, flavour: str, app: AppCredentials, deadline: timedelta | None = None) -> Graph:
        """The client of an app. `deadline` is how long a read may take, where that is not the client's own."""
        around = replace(self._around, deadline=deadline) if deadline else self._around
        base, version = self._settings.graph_address(flavour)
        return Graph(FLAVOURS[flavour], app, Addresses(version, base), around, self._budget, self._reads)

    def account(self, account_id: str | None = None) -> Account | None:
        """The account of that id, or the only one, with its token of now; None if nothing is connected. Raises what the vault raises."""
        usable = self.vault.usable_token(account_id)
        if usable is None:
            return None
        # Of one client per app: its accounts share what it has learned. Reading needs no app secret.
        key = (usable.flavour, usable.app_id)
        if key not in self._graphs:
            self._graphs[key] = self.graph(usable.flavour, AppCredentials(usable.app_id or usable.flavour, ""))
        return self._graphs[key].account(usable.account_id, usable.token)


def vault_of(settings: InstagramSettings, clock: Clock) -> TokenVault:
    """The vault that a room's settings name."""
    bootstrap = Bootstrap(settings.bootstrap_token, settings.ig_user_id, settings.login_flavour) if settings.bootstrap_token else None
    return TokenVault(
        settings.tokens_table_name, TokenCipher(settings.token_key_arn), settings.tenant, bootstrap, clock, settings.ig_user_id
    )
