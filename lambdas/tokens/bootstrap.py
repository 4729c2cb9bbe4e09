"""The token of the environment: taken into the table at its first refresh, and from then on kept alive like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lambdas.graph.client import Graph
from lambdas.graph.errors import GraphError, PermissionMissing, ReconnectRequired
from lambdas.kit.clock import Clock
from lambdas.storage.accounts.token_record import LastError, TokenRecord, TokenSecrets
from lambdas.tokens.adoption import AdoptionLease
from lambdas.tokens.connection import ConnectDesk
from lambdas.tokens.refresh import Refresher
from lambdas.tokens.token_store import TokenStore


class AdoptionRuns(Exception):
    """Somebody else adopts the token at this moment, or has tried in vain not long ago."""


class BootstrapAdoption:
    """Adopts the bootstrap token. `graph_of` gives the client of a login type."""

    def __init__(
        self,
        token: str,
        account_id: str,
        login_type: str,
        graph_of: Callable[[str], Graph],
        desk: ConnectDesk,
        store: TokenStore,
        lease: AdoptionLease,
        refresher: Refresher,
        clock: Clock,
        tenant: str,
    ) -> None:
        self._token = token
        self.account_id = account_id
        self.login_type = login_type
        self._graph_of = graph_of
        self._desk = desk
        self._store = store
        self._lease = lease
        self._refresher = refresher
        self._clock = clock
        self._tenant = tenant

    @property
    def is_there(self) -> bool:
        """Whether the environment holds a token whose account has no record, as far as that is known."""
        if not self._token:
            return False
        # The id may be the app-scoped one.
        return not (
            self.account_id
            and (self._store.get(self.account_id) or self._store.of_person(self.account_id))
        )

    def adopt(self, *, forced: bool = False) -> list[TokenRecord]:
        """Refreshes it and stores what comes; no records if its account has one. A dead one becomes a record that needs a person.

        Raises AdoptionRuns, errors of the Graph client, ConnectFailed.
        """
        if not self.is_there:
            return []
        if not self._lease.take(self._clock.now(), forced=forced):
            raise AdoptionRuns
        try:
            adopted = self._adopt()
        except BaseException as error:
            self._lease.failed(self._clock.now())
            if (
                isinstance(error, ReconnectRequired | PermissionMissing)
                and error.cause.code is not None
            ):
                self._put_on_record(error)
            raise
        self._lease.done()
        return adopted

    @property
    def failing(self) -> bool:
        """Whether the environment holds a token that has no record yet and could not be adopted."""
        return self.is_there and self._lease.failing()

    def _adopt(self) -> list[TokenRecord]:
        graph = self._graph_of(self.login_type)
        if self.login_type == "instagram":
            # Who it belongs to is asked before anything is changed: a record of that account goes before it.
            user_id = graph.account("me", self._token).library.profile().user_id
            if user_id and self._store.get(user_id):
                return []
        found = self._desk.identify(graph, self._token, source="env")
        return [
            self._desk.store(record, secrets)
            for record, secrets in found
            if self._store.get(record.account_id) is None
        ]

    def _put_on_record(self, error: GraphError) -> None:
        """A token of the environment that is dead needs a person like any other; without its account's id it cannot be put on record."""
        if not self.account_id:
            return
        now, cause = self._clock.now(), error.cause
        app_id = self._graph_of(self.login_type).app_id
        fresh = TokenRecord(
            self._tenant,
            self.account_id,
            self.login_type,
            app_id,
            now,
            None,
            source="env",
            connected_at=now,
        )
        record = self._store.connect(
            replace(fresh, next_refresh_at=None), TokenSecrets(self._token)
        )
        last = LastError(now, error.meaning, cause.code, cause.subcode, cause.trace_id, cause.edge)
        self._refresher.needs_reauth(record, last)
