"""A token for a token: what each login type does to keep an account alive.

Source: "The two login types" in the platform's reference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from lambdas.graph.client import Graph
from lambdas.graph.errors import Cause, GraphError, PermissionMissing, ReconnectRequired, RetryLater
from lambdas.kit.clock import Clock
from lambdas.storage.accounts.token_record import TokenRecord, TokenSecrets


@dataclass(frozen=True)
class Renewed:
    """What a renewal gave: the record with its new times, and the tokens."""

    record: TokenRecord
    secrets: TokenSecrets


class Renewal:
    """Renews tokens. `graph_of` gives the client of a login type, with the app's credentials."""

    def __init__(self, graph_of: Callable[[str], Graph], clock: Clock) -> None:
        self._graph_of = graph_of
        self._clock = clock

    def renew(self, record: TokenRecord, secrets: TokenSecrets) -> Renewed:
        """A token that lives on. Raises errors of the Graph client; then the old one is as good as before."""
        graph = self._graph_of(record.login_type)
        renewed = (
            self._facebook(graph, record, secrets)
            if record.login_type == "facebook"
            else self._instagram(graph, record, secrets)
        )
        ends = renewed.record.expires_at
        if ends is not None and record.expires_at is not None and ends <= record.expires_at:
            # An answer alone is no refresh: only a later end is.
            raise RetryLater(Cause(200, edge="refresh"), "the token's end did not move")
        return renewed

    def probe(self, record: TokenRecord, secrets: TokenSecrets) -> None:
        """Asks Meta for the account's own name. Raises errors of the Graph client."""
        self._graph_of(record.login_type).account(
            record.account_id, secrets.token
        ).library.profile()

    def _instagram(self, graph: Graph, record: TokenRecord, secrets: TokenSecrets) -> Renewed:
        grant = graph.login.refresh(secrets.token, record.account_id)
        now = self._clock.now()
        if grant.expires_in is None:
            raise RetryLater(
                Cause(200, edge="refresh_access_token"),
                "an answer that does not say how long the token lives",
            )
        fresh = replace(
            record,
            issued_at=now,
            refreshed_at=now,
            expires_at=now + grant.expires_in,
            app_id=graph.app_id,
        )
        return Renewed(
            replace(fresh, scopes=grant.permissions or record.scopes), TokenSecrets(grant.token)
        )

    def _facebook(self, graph: Graph, record: TokenRecord, secrets: TokenSecrets) -> Renewed:
        grant = graph.login.refresh(secrets.renewal or secrets.token, record.account_id)
        now = self._clock.now()
        record = replace(record, issued_at=now, refreshed_at=now, app_id=graph.app_id)
        if grant.expires_in:
            record = replace(record, expires_at=now + grant.expires_in)
        try:
            info = graph.login.debug_token(grant.token)
            record = replace(
                record,
                expires_at=record.expires_at if grant.expires_in else info.expires_at,
                data_access_expires_at=info.data_access_expires_at or record.data_access_expires_at,
                scopes=info.scopes or record.scopes,
            )
            token = self._page_token(graph, record, grant.token)
        except ReconnectRequired:
            raise
        except GraphError as error:
            if isinstance(error, PermissionMissing) and error.cause.code is not None:
                raise
            # The exchange is made and must not be lost; the Page's token of before has no end of its own.
            token = secrets.token
        if record.expires_at is None:
            record = replace(record, expires_at=now + timedelta(days=60))
        return Renewed(record, TokenSecrets(token, grant.token))

    def _page_token(self, graph: Graph, record: TokenRecord, user_token: str) -> str:
        token = graph.account("me", user_token).pages.token_of(record.page_id or "")
        if token is None:
            raise ReconnectRequired(
                Cause(200, edge="pages"),
                "the Page is no longer shared with the app, or the person's role on it is gone",
            )
        return token
