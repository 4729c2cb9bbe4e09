"""Connects accounts: from the link to Meta's dialog to the stored token."""

from __future__ import annotations

import random
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
from lambdas.graph.login_type import platform_of
from lambdas.kit.clock import Clock
from lambdas.kit.events import AccountConnected, EventBus
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.audit import AuditTrail, Happening
from lambdas.storage.accounts.token_record import Source, State, TokenRecord, TokenSecrets
from lambdas.tokens import schedule
from lambdas.tokens.connect_failed import ALLOW_ALL, ConnectFailed, login_ended, nothing_found
from lambdas.tokens.identified import Identified, pair_of
from lambdas.tokens.login_errors import failure_of
from lambdas.tokens.login_result import Connected, LoginResult
from lambdas.tokens.login_state import BegunLogin, LoginStates
from lambdas.tokens.pending_login import PendingLogin, Step
from lambdas.tokens.pending_logins import PendingLogins
from lambdas.tokens.permissions import missing_scopes, requested
from lambdas.tokens.redirect import START_AGAIN, require_code
from lambdas.tokens.token_store import LoginGone, LoginStart, TokenStore

# A person waits for it, and the function may run for 30 seconds.
SEARCH_TIME = timedelta(seconds=18)


@dataclass(frozen=True, kw_only=True)
class Connector:
    """Starts and finishes logins. `graph_of` returns the client of a login type."""

    graph_of: Callable[[LoginType], Graph]
    states: LoginStates
    logins: PendingLogins
    store: TokenStore
    audit: AuditTrail
    bus: EventBus
    clock: Clock
    logger: Logger
    tenant: str
    redirect_uri: str
    capabilities: tuple[str, ...]
    lead: timedelta
    rng: random.Random

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
        return self._store_all(found, LoginStart(started, awaited=True))

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

    def _store_all(self, found: Identified, start: LoginStart) -> LoginResult:
        """Store what may be stored: one account that is refused keeps no other from it."""
        connected, refused = [], []
        for record, secrets in found.accounts:
            try:
                connected.append(self.store_one(record, secrets, start))
            except ConnectFailed as error:
                refused.append(error)
            except LoginGone:
                refused.append(login_ended())
        if not connected:
            raise refused[0]
        return LoginResult(tuple(connected), found.skipped, tuple(refused), found.declined_scopes)

    def store_one(
        self, record: TokenRecord, secrets: TokenSecrets, login: LoginStart | None = None
    ) -> Connected:
        """Store one account. Raises ConnectFailed; for `login` DisconnectedSince and LoginGone."""
        known, platform = self.store.get(record.account_id), platform_of(record.login_type)
        works = (
            known is not None
            and known.state is State.ACTIVE
            and known.login_type == record.login_type
            and not known.expired(self.clock.now())
        )
        # A permission that is no longer requested cannot have been declined.
        asked = set(platform.scope_set(*requested(platform, self.capabilities)))
        if known and works and record.scopes:
            lost = (set(known.scopes) & asked) - set(record.scopes)
            if lost:
                raise ConnectFailed(
                    "fewer_permissions",
                    f"{known.name} was connected with more permissions",
                    f"This login did not give: {', '.join(sorted(lost))}. The earlier connection "
                    "was kept.",
                    f"{ALLOW_ALL} Or disconnect the account first.",
                )
        return self.described(self.save(record, secrets, login))

    def described(self, record: TokenRecord) -> Connected:
        """Return a connected account with the permissions that it lacks."""
        platform = platform_of(record.login_type)
        return Connected(record, missing_scopes(platform, self.capabilities, record.scopes))

    def save(
        self, record: TokenRecord, secrets: TokenSecrets, login: LoginStart | None = None
    ) -> TokenRecord:
        """Store a connection with the time of its first refresh, audit and announce it."""
        due = schedule.next_refresh(record, self.lead, self.rng)
        renewed = replace(record, next_refresh_at=due)
        done = self.store.connect(renewed, secrets, login=login)
        details = {"source": done.source.value, "login_type": done.login_type.value}
        self.audit.add(
            done.account_id, self.clock.now(), Happening.CONNECTED, app=done.app_id, **details
        )
        self.logger.info("account connected", extra={"account": done.account_id, **details})
        self._announce(done.account_id)
        return done

    def _announce(self, account_id: str) -> None:
        """Announce a stored connection; what works on it finds it without the event as well."""
        try:
            self.bus.publish(AccountConnected(account_id))
        except Exception as error:
            extra = {"account": account_id, "cause": type(error).__name__}
            self.logger.warning("a connection could not be announced", extra=extra)


def _may_hold(account_id: str, skipped: Skipped) -> bool:
    """Return whether the time ended before it was clear that an account is not there."""
    late = skipped.reason is SkipReason.NOT_REACHED and skipped.account_id == account_id
    return late or skipped.reason is SkipReason.LIST_NOT_REACHED
