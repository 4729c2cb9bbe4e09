"""Connects accounts: from the link to Meta's dialog to the stored token."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from aws_lambda_powertools import Logger

from lambdas.graph.client import Graph
from lambdas.graph.errors import GraphError
from lambdas.graph.found_account import AccountSearch, FoundAccount, NoUsableAccount
from lambdas.graph.login_type import platform_of
from lambdas.kit.clock import Clock
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.audit import AuditTrail, Happening
from lambdas.storage.accounts.token_record import Source, State, TokenRecord, TokenSecrets
from lambdas.tokens import schedule
from lambdas.tokens.connect_failed import ALLOW_ALL, ConnectFailed, failure_of, nothing_found
from lambdas.tokens.login_result import Connected, Identified, LoginResult
from lambdas.tokens.login_state import BegunLogin, LoginStates
from lambdas.tokens.permissions import missing_scopes, requested
from lambdas.tokens.renewal import USUAL_LIFE
from lambdas.tokens.token_store import TokenStore

# A person waits for it, and the function may run for 30 seconds.
SEARCH_TIME = timedelta(seconds=18)
START_AGAIN = "Start again from the link that you were sent."


@dataclass(frozen=True, kw_only=True)
class Connector:
    """Starts and finishes logins. `graph_of` returns the client of a login type."""

    graph_of: Callable[[LoginType], Graph]
    states: LoginStates
    store: TokenStore
    audit: AuditTrail
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
        """Connect the accounts that the dialog's redirect gives. Raises ConnectFailed."""
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
        _require_code(query)
        return self._exchange(login, query["code"])

    def _exchange(self, login: BegunLogin, code: str) -> LoginResult:
        graph = self.graph_of(login.login_type)
        try:
            short = graph.login.exchange_code(code, self.redirect_uri)
            end = self.clock.now() + SEARCH_TIME
            found = self.identify(
                graph, AccountSearch(short.token, short.permissions, is_short=True, latest_end=end)
            )
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
        return self._store_all(found)

    def _only(self, account_id: str, found: Identified) -> Identified:
        chosen = [pair for pair in found.accounts if pair[0].account_id == account_id]
        if chosen:
            return Identified(chosen)
        known = self.store.get(account_id)
        name = known.name if known else account_id
        advice = f"This link is for {name}. Log out of Instagram, open the link again, and log in "
        raise ConnectFailed("other_account", "That was another account", f"{advice}as {name}.")

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
        pairs = [self._pair(graph, account, source) for account in found.accounts]
        return Identified(pairs, found.skipped, found.declined_scopes)

    def _pair(
        self, graph: Graph, found: FoundAccount, source: Source
    ) -> tuple[TokenRecord, TokenSecrets]:
        now = self.clock.now()
        record = TokenRecord(
            tenant=self.tenant,
            account_id=found.account_id,
            login_type=LoginType(graph.platform.login_type),
            app_id=graph.app_id,
            issued_at=now,
            expires_at=now + (found.expires_in or USUAL_LIFE),
            source=source,
            username=found.username,
            account_type=found.account_type,
            scoped_id=found.scoped_id,
            person_id=found.person_id,
            page_id=found.page.id if found.page else None,
            page_name=found.page.name if found.page else None,
            scopes=found.scopes,
            data_access_expires_at=found.data_access_expires_at,
            connected_at=now,
            refreshed_at=now,
        )
        return record, TokenSecrets(found.token, found.renewal_token)

    def _store_all(self, found: Identified) -> LoginResult:
        """Store what may be stored: one account that is refused keeps no other from it."""
        connected, refused = [], []
        for record, secrets in found.accounts:
            try:
                connected.append(self._store_one(record, secrets))
            except ConnectFailed as error:
                refused.append(error)
        if not connected:
            raise refused[0]
        return LoginResult(tuple(connected), found.skipped, tuple(refused), found.declined_scopes)

    def _store_one(self, record: TokenRecord, secrets: TokenSecrets) -> Connected:
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
        missing = missing_scopes(platform, self.capabilities, record.scopes)
        return Connected(self.save(record, secrets), missing)

    def save(self, record: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Store a connection with the time of its first refresh, and audit it."""
        due = schedule.next_refresh(record, self.lead, self.rng)
        done = self.store.connect(replace(record, next_refresh_at=due), secrets)
        details = {"source": done.source.value, "login_type": done.login_type.value}
        self.audit.add(
            done.account_id, self.clock.now(), Happening.CONNECTED, app=done.app_id, **details
        )
        self.logger.info("account connected", extra={"account": done.account_id, **details})
        return done


def _require_code(query: Mapping[str, str]) -> None:
    """Raise ConnectFailed unless the dialog's redirect holds a code and no error."""
    if query.get("error", "access_denied") != "access_denied" or "error_code" in query:
        said = query.get("error_code") or query.get("error") or ""
        raise ConnectFailed(
            "dialog_refused",
            "Instagram's dialog reported an error",
            f"Its error is: {re.sub(r'[^A-Za-z0-9_ ]', '', said)[:60]}.",
            "Site operator: invalid_scope means that the app lacks a permission that this site "
            "requests; other errors usually mean that the app is not active. Both are shown in "
            "the app dashboard.",
        )
    if "error" in query:
        raise ConnectFailed(
            "cancelled",
            "You cancelled the login",
            "Nothing was changed.",
            "To connect the account, start again and choose Allow at the end.",
        )
    if not query.get("code"):
        raise ConnectFailed("no_code", "Instagram sent no login code", START_AGAIN)
