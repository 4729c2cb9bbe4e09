"""Connecting an account: from the link to Meta's dialog to the stored token, and a clear word about whatever may go wrong between."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from aws_lambda_powertools import Logger

from lambdas.graph.client import Graph
from lambdas.graph.errors import GraphError
from lambdas.graph.login_type import LOGIN_TYPES
from lambdas.graph.pages import Page
from lambdas.kit.clock import Clock
from lambdas.storage.accounts.audit import AuditTrail, Happening
from lambdas.storage.accounts.token_record import State, TokenRecord, TokenSecrets
from lambdas.tokens import schedule
from lambdas.tokens.connect_failed import ConnectFailed, basic_missing, failure_of, passing
from lambdas.tokens.login_state import BegunLogin, LoginStates
from lambdas.tokens.permissions import missing_scopes, supported
from lambdas.tokens.token_store import TokenStore

# What a Facebook token lives that does not say. Source: D:/facebook-login/guides/access-tokens/get-long-lived.
USUAL_LIFE = timedelta(days=60)


@dataclass(frozen=True)
class Connected:
    """An account that was connected, and the features that lack a permission."""

    record: TokenRecord
    missing: Mapping[str, list[str]]


class ConnectDesk:
    """Begins and finishes logins."""

    def __init__(
        self,
        graph_of: Callable[[str], Graph],
        states: LoginStates,
        store: TokenStore,
        audit: AuditTrail,
        clock: Clock,
        logger: Logger,
        *,
        tenant: str,
        redirect_uri: str,
        capabilities: tuple[str, ...],
        lead: timedelta,
        rng: random.Random,
    ) -> None:
        self._graph_of = graph_of
        self._states = states
        self._store = store
        self._audit = audit
        self._clock = clock
        self._logger = logger
        self._tenant = tenant
        self._redirect_uri = redirect_uri
        self._capabilities = capabilities
        self._lead = lead
        self._rng = rng

    def begin(self, login_type: str, browser: str, account_id: str | None = None) -> str:
        """The address of the dialog. `browser` is the hash of a cookie of the browser that will come back."""
        graph = self._graph_of(login_type)
        state = self._states.begin(BegunLogin(self._tenant, login_type, browser, account_id))
        wanted = supported(LOGIN_TYPES[login_type], self._capabilities)
        return graph.login.authorize_url(
            self._redirect_uri, state, wanted, again=account_id is not None
        )

    def finish(self, query: Mapping[str, str], browser: str) -> list[Connected]:
        """What the dialog's answer connects. Raises ConnectFailed."""
        login = self._states.take(query.get("state", ""))
        if login is None or login.tenant != self._tenant:
            raise ConnectFailed(
                "state_unknown",
                "This login cannot be finished",
                "It was finished already, or it took longer than ten minutes.",
                "Begin again from the link that brought you here.",
            )
        if login.browser != browser:
            raise ConnectFailed(
                "other_browser",
                "This login was begun in another browser",
                "Open the link to connect in the browser in which you log in to Instagram, and stay in it.",
            )
        if query.get("error", "access_denied") != "access_denied" or "error_code" in query:
            told = query.get("error_code") or query.get("error") or ""
            raise ConnectFailed(
                "dialog_refused",
                "Instagram's dialog did not go on",
                f"It said: {re.sub(r'[^A-Za-z0-9_ ]', '', told)[:60]}.",
                "invalid_scope means that the app was not given a permission that this site asks for; other words mostly mean that the app "
                "is not active. Whoever runs this site finds both in the app's dashboard.",
            )
        if "error" in query:
            raise ConnectFailed(
                "cancelled",
                "You cancelled",
                "Nothing was changed.",
                "To connect the account, begin again and choose Allow at the end.",
            )
        if not query.get("code"):
            raise ConnectFailed(
                "no_code",
                "Instagram sent no code",
                "Begin again from the link that brought you here.",
            )
        return self._exchange(login, query["code"])

    def _exchange(self, login: BegunLogin, code: str) -> list[Connected]:
        graph = self._graph_of(login.login_type)
        try:
            short = graph.login.exchange_code(code, self._redirect_uri)
            found = self.identify(graph, short.token, short.permissions, is_short=True)
        except GraphError as error:
            self._logger.warning(
                "a login failed", extra={"outcome": type(error).__name__, "cause": str(error)}
            )
            raise failure_of(error) from None
        if login.account_id:
            found = [pair for pair in found if pair[0].account_id == login.account_id]
            if not found:
                known = self._store.get(login.account_id)
                name = known.name if known else login.account_id
                advice = f"This link is for {name}. Log out of Instagram, open the link again, and log in as {name}."
                raise ConnectFailed("other_account", "That was another account", advice)
        return [self._store_one(record, secrets) for record, secrets in found]

    def identify(
        self,
        graph: Graph,
        token: str,
        permissions: tuple[str, ...] = (),
        *,
        is_short: bool = False,
        source: str = "connect",
    ) -> list[tuple[TokenRecord, TokenSecrets]]:
        """The accounts that a token speaks for, each with the tokens to store. Raises ConnectFailed, or errors of the Graph client.

        On the Instagram login type a token that is not short is refreshed: that alone tells how long it lives.
        """
        if graph.login_type.name == "facebook":
            return self._facebook(graph, token, source)
        return self._instagram(graph, token, permissions, is_short=is_short, source=source)

    def _instagram(
        self, graph: Graph, token: str, permissions: tuple[str, ...], *, is_short: bool, source: str
    ) -> list[tuple[TokenRecord, TokenSecrets]]:
        grant = graph.login.long_lived(token) if is_short else graph.login.refresh(token)
        now = self._clock.now()
        scopes = permissions or grant.permissions
        if scopes and "posts" in missing_scopes(graph.login_type, (), scopes):
            raise basic_missing()
        profile = graph.account("me", grant.token).library.profile()
        if profile.is_professional is False:
            raise ConnectFailed(
                "personal_account",
                "This is a personal account",
                "Instagram lets apps work with professional accounts only.",
                "In the Instagram app: Settings, Account type and tools, Switch to professional account (business or creator; it is free).",
                "Then begin again.",
            )
        if profile.user_id is None or grant.expires_in is None:
            raise passing()
        record = TokenRecord(
            tenant=self._tenant,
            account_id=profile.user_id,
            login_type="instagram",
            app_id=graph.app_id,
            issued_at=now,
            expires_at=now + grant.expires_in,
            source=source,
            username=profile.username,
            account_type=profile.account_type,
            scoped_id=profile.scoped_id,
            scopes=scopes,
            connected_at=now,
            refreshed_at=now,
        )
        return [(record, TokenSecrets(grant.token))]

    def _facebook(
        self, graph: Graph, token: str, source: str
    ) -> list[tuple[TokenRecord, TokenSecrets]]:
        grant = graph.login.long_lived(token)
        now = self._clock.now()
        info = graph.login.debug_token(grant.token)
        if "posts" in missing_scopes(graph.login_type, (), info.scopes):
            raise basic_missing()
        pages = graph.account("me", grant.token).pages.shared()
        linked = [page for page in pages if page.instagram_id and page.token]
        if not pages:
            raise ConnectFailed(
                "no_page",
                "No Page was shared",
                "In Facebook's dialog, choose Edit settings and tick the Page that your Instagram account is linked to.",
                "You need a role on that Page that lets you manage its content.",
            )
        if not linked:
            names = ", ".join(page.name or page.id for page in pages[:5])
            raise ConnectFailed(
                "page_not_linked",
                "No Instagram account is linked to the Page",
                f"Shared were: {names}.",
                "In the Instagram app: Edit profile, Page, and choose the Page. The account must be a professional one.",
                "Then begin again. Or use the Instagram login, which needs no Page.",
            )
        expires_at = (
            now + grant.expires_in if grant.expires_in else info.expires_at or now + USUAL_LIFE
        )
        person = info.user_id or graph.account("me", grant.token).pages.person()

        def record_of(page: Page) -> tuple[TokenRecord, TokenSecrets]:
            profile = graph.account(page.instagram_id or "", page.token or "").library.profile()
            record = TokenRecord(
                tenant=self._tenant,
                account_id=page.instagram_id or "",
                login_type="facebook",
                app_id=graph.app_id,
                issued_at=now,
                expires_at=expires_at,
                source=source,
                username=profile.username,
                person_id=person,
                page_id=page.id,
                page_name=page.name,
                scopes=info.scopes,
                data_access_expires_at=info.data_access_expires_at,
                connected_at=now,
                refreshed_at=now,
            )
            return record, TokenSecrets(page.token or "", grant.token)

        return [record_of(page) for page in linked]

    def _store_one(self, record: TokenRecord, secrets: TokenSecrets) -> Connected:
        known = self._store.get(record.account_id)
        healthy = (
            known is not None
            and known.state is State.ACTIVE
            and not known.expired(self._clock.now())
        )
        login_type = LOGIN_TYPES[record.login_type]
        asked = set(login_type.scope_set(*supported(login_type, self._capabilities)))
        # Of what the dialog asked for; what it no longer asks for nobody could have allowed.
        missing = (
            (set(known.scopes) & asked) - set(record.scopes) if known and record.scopes else set()
        )
        if known and healthy and missing and known.login_type == record.login_type:
            lost = ", ".join(sorted(missing))
            raise ConnectFailed(
                "fewer_permissions",
                f"{known.name} was connected with more permissions",
                f"This login did not allow: {lost}. The connection of before was kept.",
                "Begin again and allow everything, or disconnect the account first.",
            )
        return Connected(
            self.store(record, secrets),
            missing_scopes(LOGIN_TYPES[record.login_type], self._capabilities, record.scopes),
        )

    def store(self, record: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Writes a connection, with the time of its first refresh, and puts it on record."""
        due = schedule.next_refresh(record, self._lead, self._rng)
        done = self._store.connect(replace(record, next_refresh_at=due), secrets)
        self._audit.add(
            done.account_id,
            self._clock.now(),
            Happening.CONNECTED,
            source=done.source,
            login_type=done.login_type,
            app=done.app_id,
        )
        self._logger.info(
            "account connected",
            extra={
                "account": done.account_id,
                "source": done.source,
                "login_type": done.login_type,
            },
        )
        return done
