"""The environment's token: stored at its first refresh, and from then on kept like any other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lambdas.graph.client import Graph
from lambdas.graph.errors import ErrorScope, GraphError, RequestRefused
from lambdas.graph.found_account import AccountSearch
from lambdas.graph.login_type import LOGIN_TYPES, platform_of
from lambdas.instagram.token_provider import Bootstrap
from lambdas.kit.clock import Clock
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import Source, State, TokenRecord, TokenSecrets
from lambdas.tokens.adoption import AFTER_FAILURE, Adoptions, AdoptionState, fingerprint
from lambdas.tokens.connect_failed import ConnectFailed
from lambdas.tokens.connection import Connector
from lambdas.tokens.connection_writer import ConnectionWriter
from lambdas.tokens.failures import Failures, ends_connection, last_error
from lambdas.tokens.token_store import DisconnectedSince, LoginGone, LoginStart, TokenStore

# A token that works and is refused longer than this is not refused for its age.
YOUNG = timedelta(days=2)


class AdoptionRunning(Exception):
    """Another caller is adopting the token, or the next attempt is not due yet."""


class TokenTooYoung(Exception):
    """The token works, but Meta refuses to refresh it in its first 24 hours."""


class AdoptionSuspected(Exception):
    """Meta says that the token is dead; a second answer has to confirm it."""

    def __init__(self, meaning: str) -> None:
        super().__init__(meaning)
        self.meaning = meaning


@dataclass(frozen=True, kw_only=True)
class BootstrapAdoption:
    """Adopts the bootstrap token. `graph_of` returns the client of a login type."""

    bootstrap: Bootstrap | None
    graph_of: Callable[[LoginType], Graph]
    connector: Connector
    connections: ConnectionWriter
    store: TokenStore
    adoptions: Adoptions
    failures: Failures
    clock: Clock
    tenant: str

    @property
    def account_id(self) -> str:
        """Return the id of the token's account, as far as the environment names it."""
        return self.bootstrap.account_id if self.bootstrap else ""

    @property
    def is_pending(self) -> bool:
        """Return whether the environment holds a token that is not stored, as far as is known."""
        if self.bootstrap is None:
            return False
        if not self.account_id:
            state = self.adoptions.state()
            return state is None or state.adopted_at is None
        record = self.store.get(self.account_id)
        if record:
            return self.replaces(record)
        # The id may be the app-scoped one.
        others = self.store.of_person(self.account_id, disconnected=True)
        return not any(self.store.get(one) for one in others)

    @property
    def is_untried(self) -> bool:
        """Return whether the token is pending and was never tried, such as a corrected one."""
        return self.is_pending and self.adoptions.state() is None

    @property
    def is_suspected(self) -> bool:
        """Return whether the token is pending, and one answer says that it is dead."""
        state = self.adoptions.state() if self.is_pending else None
        return state is not None and state.suspected_at is not None and not state.failing

    @property
    def is_failing(self) -> bool:
        """Return whether the token is pending and could not be adopted."""
        state = self.adoptions.state() if self.is_pending else None
        return state is not None and state.failing

    def replaces(self, record: TokenRecord) -> bool:
        """Return whether the token corrects one of the environment that no longer works."""
        return (
            self.bootstrap is not None
            and record.state is State.RECONNECT_REQUIRED
            and record.source is Source.ENVIRONMENT
            and record.bootstrap_fingerprint != fingerprint(self.bootstrap.token)
        )

    def adopt(self, *, forced: bool = False) -> list[TokenRecord]:
        """Refresh the token and store the result; no records if its account has one.

        Raises AdoptionRunning, TokenTooYoung, AdoptionSuspected, ConnectFailed, RefreshFailed
        (it needs a new login), and errors of the Graph client.
        """
        if self.bootstrap is None or not self.is_pending:
            return []
        if not self.adoptions.acquire(self.clock.now(), forced=forced):
            raise AdoptionRunning
        before = self.adoptions.state() or AdoptionState()
        try:
            adopted = self._adopt(self.bootstrap)
        except TokenTooYoung:
            self._too_young(before)
            raise
        except GraphError as error:
            self._failed(self.bootstrap, before, error)
            raise
        except BaseException:
            now = self.clock.now()
            self.adoptions.end(AdoptionState(failing=True), now + AFTER_FAILURE)
            raise
        self.adoptions.end(AdoptionState(adopted_at=self.clock.now()))
        return adopted

    def _adopt(self, bootstrap: Bootstrap) -> list[TokenRecord]:
        if other := other_login(bootstrap):
            raise other
        graph, started = self.graph_of(bootstrap.login_type), self.clock.now()
        mark = fingerprint(bootstrap.token)
        if any(record.bootstrap_fingerprint == mark for record in self.store.all()):
            # It was renewed since, and may be dead by now.
            return []
        # First ask whose it is: a record of that account takes precedence.
        profile = graph.profile_of_token(bootstrap.token)
        known = self.store.get(profile.user_id) if profile and profile.user_id else None
        if known and not self.replaces(known):
            return []
        if profile and profile.user_id:
            # A deletion request finds the account from now on, even if it is not stored today.
            self.store.know_people(profile.user_id, profile.people, started)
        search = AccountSearch(bootstrap.token)
        try:
            found = self.connector.identify(graph, search, source=Source.ENVIRONMENT)
        except RequestRefused as error:
            if profile is None or error.scope is ErrorScope.APP:
                raise
            raise TokenTooYoung from error
        adopted, start = [], LoginStart(started)
        for record, secrets in found.accounts:
            marked = replace(record, bootstrap_fingerprint=mark)
            # A request of its person that came meanwhile counts.
            with contextlib.suppress(DisconnectedSince, LoginGone):
                if self._is_free(record.account_id):
                    adopted.append(self.connections.save(marked, secrets, start))
        return adopted

    def _is_free(self, account_id: str) -> bool:
        known = self.store.get(account_id)
        return known is None or self.replaces(known)

    def _too_young(self, before: AdoptionState) -> None:
        """Try again tomorrow; what lasts longer than a token's first day is a failure."""
        now = self.clock.now()
        since = before.refused_since or now
        state = AdoptionState(failing=now - since >= YOUNG, refused_since=since)
        self.adoptions.end(state, now + AFTER_FAILURE)

    def _failed(self, bootstrap: Bootstrap, before: AdoptionState, error: GraphError) -> None:
        now = self.clock.now()
        if not ends_connection(error) or error.scope is ErrorScope.APP:
            self.adoptions.end(AdoptionState(failing=True), now + AFTER_FAILURE)
            return
        since, wait = before.suspected_at, self.failures.wait_after(last_error(error, now))
        if since is None or now - since < wait:
            suspected = AdoptionState(before.failing, since or now)
            self.adoptions.end(suspected, (since or now) + wait)
            raise AdoptionSuspected(error.meaning) from error
        self.adoptions.end(AdoptionState(failing=True, suspected_at=since), now + AFTER_FAILURE)
        self._require_reauth(bootstrap, error, now)

    def _require_reauth(self, bootstrap: Bootstrap, error: GraphError, now: datetime) -> None:
        """Store a dead token as an account that needs a new login.

        Without the account's id it cannot be stored, and stays among those that fail.
        """
        if not bootstrap.account_id:
            return
        record = TokenRecord(
            tenant=self.tenant,
            account_id=bootstrap.account_id,
            login_type=bootstrap.login_type,
            app_id=self.graph_of(bootstrap.login_type).app_id,
            issued_at=now,
            source=Source.ENVIRONMENT,
            connected_at=now,
            bootstrap_fingerprint=fingerprint(bootstrap.token),
        )
        stored = self.store.connect(record, TokenSecrets(bootstrap.token))
        last = last_error(error, now)
        self.failures.require_reauth(stored, last)


def other_login(bootstrap: Bootstrap) -> ConnectFailed | None:
    """Return the failure of a token that belongs to another login type; None for any other.

    Meta calls such a token dead, and a new login of its account's owner would not help.
    """
    own = platform_of(bootstrap.login_type)
    for platform in LOGIN_TYPES.values():
        if platform is not own and bootstrap.token.startswith(platform.token_prefix):
            return ConnectFailed(
                "other_login_type",
                f"The environment's token is one of the {platform.label}",
                f"This site uses the {own.label}. Deploy with a token of that, or set "
                f"`login_type` to `{platform.login_type.value}`.",
            )
    return None
