"""Connects accounts: from the link to Meta's dialog to the stored token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from lambdas.graph.client import Graph
from lambdas.graph.errors import GraphError
from lambdas.graph.found_account import (
    AccountSearch,
    NoUsableAccount,
    PersonToken,
    Skipped,
    SkipReason,
)
from lambdas.kit.clock import Clock
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import Source, State
from lambdas.tokens.connect_failed import ConnectFailed, nothing_found
from lambdas.tokens.connection_writer import ConnectionWriter
from lambdas.tokens.identified import Identified, pair_of
from lambdas.tokens.login_errors import failure_of
from lambdas.tokens.login_result import LoginResult
from lambdas.tokens.login_state import BegunLogin, LoginStates
from lambdas.tokens.pending_login import PendingLogin, Step
from lambdas.tokens.pending_logins import PendingLogins
from lambdas.tokens.permissions import requested
from lambdas.tokens.redirect import START_AGAIN, require_code
from lambdas.tokens.token_store import LoginStart, TokenStore

# A person waits for it, and the function may run for 30 seconds.
SEARCH_TIME = timedelta(seconds=18)


@dataclass(frozen=True, kw_only=True)
class Connector:
    """Starts and finishes logins. `graph_of` returns the client of a login type."""

    graph_of: Callable[[LoginType], Graph]
    states: LoginStates
    logins: PendingLogins
    store: TokenStore
    connections: ConnectionWriter
    clock: Clock
    logger: Logger
    tenant: str
    redirect_uri: str
    capabilities: tuple[str, ...]

    def begin(
        self,
        login_type: LoginType,
        browser: str,
        account_id: str | None = None,
        ticket: str | None = None,
    ) -> str:
        """Return the address of Meta's dialog.

        `browser` is the hash of a cookie of the browser that will come back, `ticket` that of the
        link that started the login.
        """
        graph = self.graph_of(login_type)
        login = BegunLogin(self.tenant, login_type, browser, account_id, ticket)
        wanted = requested(graph.platform, self.capabilities)
        return graph.login.authorize_url(
            self.redirect_uri, self.states.begin(login), wanted, again=account_id is not None
        )

    def finish(self, query: Mapping[str, str], browser: str) -> LoginResult:
        """Connect the account that the dialog's redirect gives. Raises ConnectFailed.

        With several accounts, or if the time ends first, nothing is connected: the login is
        pending until the person has chosen, or the queue has found the rest.
        """
        login = self.states.take(query.get("state", ""))
        if login is None or login.tenant != self.tenant:
            raise ConnectFailed(
                "state_unknown",
                "This login cannot be finished",
                "It was finished before, or it took longer than ten minutes.",
                START_AGAIN,
            )
        if login.browser != browser:
            raise ConnectFailed(
                "other_browser",
                "This login was started in another browser",
                "Open the link in the browser in which you log in to Instagram, and stay in it.",
            )
        require_code(query)
        return self._exchange(login, query["code"])

    def _exchange(self, login: BegunLogin, code: str) -> LoginResult:
        graph, started = self.graph_of(login.login_type), self.clock.now()
        try:
            short = graph.login.exchange_code(code, self.redirect_uri)
            end = self.clock.now() + SEARCH_TIME
            search = AccountSearch(
                short.token,
                short.permissions,
                is_short=True,
                latest_end=end,
                account_id=login.account_id,
            )
            found = self.identify(graph, search)
        except GraphError as error:
            extra = {"outcome": type(error).__name__, "cause": str(error)}
            self.logger.warning("a login failed", extra=extra)
            raise failure_of(error) from None
        if login.account_id:
            found = self._only(login.account_id, found)
        if login.ticket and not self.states.use_ticket(login.ticket):
            raise ConnectFailed(
                "link_used",
                "This link was used before",
                "A link connects an account once. Nothing was changed.",
                "Ask the site operator for a new link.",
            )
        if found.person and not found.is_final:
            return LoginResult(pending=self._pend(login, found, found.person, started))
        return self.connections.store_all(found, LoginStart(started, awaited=True))

    def _pend(
        self, login: BegunLogin, found: Identified, person: PersonToken, started: datetime
    ) -> str:
        pending = PendingLogin(
            id="",
            tenant=self.tenant,
            login_type=login.login_type,
            browser=login.browser,
            started_at=started,
            until=started,
            step=Step.SEARCHING,
            person_id=person.person_id,
            only=login.account_id,
        )
        return self.logins.begin(pending.offering(found, self.connected_ids()), person.token)

    def connected_ids(self) -> set[str]:
        """Return the ids of all accounts that are connected or need a new login."""
        return {one.account_id for one in self.store.all() if one.state is not State.DISCONNECTED}

    def _only(self, account_id: str, found: Identified) -> Identified:
        chosen = [pair for pair in found.accounts if pair[0].account_id == account_id]
        if chosen:
            return Identified(chosen)
        if any(_may_hold(account_id, one) for one in found.skipped):
            return replace(found, accounts=[])
        raise self.other_account(account_id)

    def other_account(self, account_id: str) -> ConnectFailed:
        """Return the failure of a login that does not give the account it was for."""
        known = self.store.get(account_id)
        name = known.name if known else account_id
        advice = f"This link is for {name}. Log out of Instagram, open the link again, and log in "
        return ConnectFailed("other_account", "That was another account", f"{advice}as {name}.")

    def identify(
        self, graph: Graph, search: AccountSearch, *, source: Source = Source.CONNECT
    ) -> Identified:
        """Return the accounts that a token gives access to.

        Raises ConnectFailed, or errors of the Graph client.
        """
        try:
            found = graph.find_accounts(search)
        except NoUsableAccount as error:
            raise nothing_found(error) from None
        now = self.clock.now()
        pairs = [pair_of(one, self.tenant, graph, source, now) for one in found.accounts]
        return Identified(pairs, found.skipped, found.declined_scopes, found.person)


def _may_hold(account_id: str, skipped: Skipped) -> bool:
    """Return whether the time ended before it was clear that an account is not there."""
    late = skipped.reason is SkipReason.NOT_REACHED and skipped.account_id == account_id
    return late or skipped.reason is SkipReason.LIST_NOT_REACHED
