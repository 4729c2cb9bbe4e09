"""The token of the environment: taken into the table at its first refresh, and from then on kept alive like any other."""

from __future__ import annotations

from collections.abc import Callable

from lambdas.graph.client import Graph
from lambdas.storage.token_record import TokenRecord
from lambdas.storage.token_store import TokenStore
from lambdas.tokens.connection import ConnectDesk


class BootstrapAdoption:
    """Adopts the bootstrap token. `graph_of` gives the client of a flavour."""

    def __init__(
        self, token: str, account_id: str, flavour: str, graph_of: Callable[[str], Graph], desk: ConnectDesk, store: TokenStore
    ) -> None:
        self._token = token
        self.account_id = account_id
        self.flavour = flavour
        self._graph_of = graph_of
        self._desk = desk
        self._store = store

    @property
    def is_there(self) -> bool:
        """Whether the environment holds a token whose account has no record, as far as that is known."""
        return bool(self._token) and not (self.account_id and self._store.get(self.account_id))

    def adopt(self) -> list[TokenRecord]:
        """Refreshes it and stores what comes; no records if its account has one. Raises errors of the Graph client, ConnectFailed."""
        if not self.is_there:
            return []
        graph = self._graph_of(self.flavour)
        if not self.account_id and self.flavour == "instagram":
            # Who it belongs to is asked before anything is changed: a record of that account goes before it.
            user_id = graph.account("me", self._token).library.profile().user_id
            if user_id and self._store.get(user_id):
                return []
        found = self._desk.identify(graph, self._token, source="env")
        return [self._desk.store(record, secrets) for record, secrets in found if self._store.get(record.account_id) is None]
