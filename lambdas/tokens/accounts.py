"""Connected accounts as operators see them, and what operators can do with them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from aws_lambda_powertools import Logger

from lambdas.api.identifiers import is_identifier
from lambdas.graph.client import Graph
from lambdas.graph.login_type import platform_of
from lambdas.kit.clock import Clock
from lambdas.kit.decoded import JsonObject
from lambdas.kit.errors import InvalidRequest, NotFound
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.audit import MAX_ENTRIES, AuditTrail, Happening
from lambdas.storage.accounts.token_record import State, TokenRecord, TokenSecrets
from lambdas.tokens.bootstrap import BootstrapAdoption
from lambdas.tokens.manual_refresh import ManualRefresh, unknown_account
from lambdas.tokens.token_store import TokenStore
from lambdas.tokens.views import (
    AccountJson,
    AccountsJson,
    DisconnectJson,
    RefreshJson,
    TokenSource,
    TokenState,
    TokenStatusJson,
)
from lambdas.tokens.webhooks import AccountWebhooks

MAX_ID = 64
ENDS = (Happening.DISCONNECTED, Happening.DELETION_REQUESTED)
SHOWN_STATES = (TokenState.ACTIVE, TokenState.REFRESHING, TokenState.RECONNECT_REQUIRED)


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The connected accounts of a site. `graph_of` returns the client of a login type."""

    store: TokenStore
    audit: AuditTrail
    manual: ManualRefresh
    bootstrap: BootstrapAdoption
    webhooks: AccountWebhooks
    graph_of: Callable[[LoginType], Graph]
    clock: Clock
    logger: Logger
    lead: timedelta

    def listed(self, limit: int, after: str = "", state: str | None = None) -> AccountsJson:
        """Return up to `limit` accounts that are connected or need a new login, by id.

        `state` selects one of SHOWN_STATES; `after` is the `next` of the page before. Raises
        InvalidRequest.
        """
        if state not in (None, *SHOWN_STATES):
            choices = ", ".join(SHOWN_STATES)
            raise InvalidRequest(f"state must be one of {choices}.", code="unknown_state")
        if after and (len(after) > MAX_ID or not is_identifier(after)):
            raise InvalidRequest(
                "after must be the `next` of the page before.", code="invalid_after"
            )
        now = self.clock.now()
        views = (
            AccountJson.of(record, now, self.lead)
            for record in self.store.all(after)
            if record.state is not State.DISCONNECTED
        )
        chosen = (view for view in views if state in (None, view.state))
        found = list(itertools.islice(chosen, limit + 1))
        more = len(found) > limit
        return AccountsJson(found[:limit], found[limit - 1].id if more else None)

    def named(self, account_id: str | None) -> TokenRecord | None:
        """Return the account of that id, or the only one; None for the bootstrap token's.

        Raises NotFound if there is none, InvalidRequest if there are several and none is named.
        """
        if account_id:
            record = self.store.get(account_id)
            if record and record.state is not State.DISCONNECTED:
                return record
            pending = record is None and self.bootstrap.is_pending
            if pending and self.bootstrap.account_id == account_id:
                return None
            raise unknown_account()
        connected = list(itertools.islice(self._connected(), 2))
        if len(connected) > 1:
            raise InvalidRequest(
                "Several Instagram accounts are connected: name one with ?account=.",
                code="account_not_named",
            )
        if connected:
            return connected[0]
        if self.bootstrap.is_pending:
            return None
        raise NotFound(
            "No Instagram account is connected. Open GET /instagram/connect to connect one.",
            code="no_account",
        )

    def status(self, account_id: str | None) -> TokenStatusJson:
        """Return the state of an account's token. Raises as `named` does for a named account."""
        try:
            record = self.named(account_id)
        except NotFound:
            if account_id:
                raise
            return self._unstored(TokenSource.MISSING)
        if record is None:
            return self._unstored(TokenSource.ENVIRONMENT)
        return TokenStatusJson.of(record, self.clock.now(), self.lead)

    def refresh(self, account_id: str | None) -> RefreshJson:
        """Refresh a token now.

        Raises Conflict, ReauthRequired or Unavailable if it is not refreshed, beside what `named`
        raises.
        """
        return self.manual.refresh(self.named(account_id))

    def disconnect(self, account_id: str) -> DisconnectJson:
        """Delete an account's tokens, end its webhooks, and revoke its permissions where possible.

        Repeated after an interruption, it records and says what is left to do. Raises NotFound.
        """
        record = self.store.get(account_id)
        if record is None or self._is_finished(record):
            raise unknown_account()
        token = self.webhooks.token_to_end(record)
        secrets = self._secrets(record)
        # Before the permissions are revoked: Meta reports that as if the owner had removed the app.
        self.store.disconnect(account_id, self.clock.now())
        if token:
            self.webhooks.end(record, token)
        revoked = secrets is not None and self._revoke(record, secrets)
        answer = "yes" if revoked else "no"
        self.audit.add(account_id, self.clock.now(), Happening.DISCONNECTED, revoked=answer)
        extra = {"account": account_id, "revoked": revoked}
        self.logger.info("account disconnected", extra=extra)
        where = platform_of(record.login_type).manual_revocation
        note = f"The app keeps its permissions until the account owner removes it in {where}."
        message = f"{record.name} was disconnected."
        return DisconnectJson(message, revoked, None if revoked else note)

    def trail(self, account_id: str, before: str | None = None) -> JsonObject:
        """Return what happened to an account's connection, newest first, up to 100 entries.

        `next` continues the list as `before`. Raises NotFound for an account never connected.
        """
        if self.store.get(account_id) is None:
            raise NotFound(
                "No Instagram account with this id was ever connected.", code="unknown_account"
            )
        entries = list(self.audit.of(account_id, before=before))
        following = entries[-1].key if len(entries) == MAX_ENTRIES else None
        shown = [entry.to_json() for entry in entries]
        return {"account": account_id, "entries": shown, "next": following}

    def _is_finished(self, record: TokenRecord) -> bool:
        """Return whether an account was disconnected, and that was recorded."""
        newest = next(self.audit.of(record.account_id), None)
        return record.state is State.DISCONNECTED and (newest is None or newest.what in ENDS)

    def _connected(self) -> Iterator[TokenRecord]:
        return (one for one in self.store.all() if one.state is not State.DISCONNECTED)

    def _unstored(self, source: TokenSource) -> TokenStatusJson:
        there = source is TokenSource.ENVIRONMENT
        return TokenStatusJson(
            configured=there,
            source=source,
            state=TokenState.ACTIVE if there else TokenState.MISSING,
            refresh_lead_days=self.lead.days,
            due_for_refresh=there,
        )

    def _secrets(self, record: TokenRecord) -> TokenSecrets | None:
        """Return the tokens to revoke; None while the person's other accounts use them."""
        if record.state is not State.ACTIVE:
            return None
        others = set(self.store.of_person(record.person_id or "")) - {record.account_id}
        if others:
            return None
        try:
            return self.store.secrets(record)
        except Exception as error:
            self._not_revoked(record, error)
            return None

    def _revoke(self, record: TokenRecord, secrets: TokenSecrets) -> bool:
        """Revoke the permissions at Meta; a failure does not keep the account connected here."""
        try:
            return self.graph_of(record.login_type).revoke(secrets.renewal or secrets.token)
        except Exception as error:
            self._not_revoked(record, error)
            return False

    def _not_revoked(self, record: TokenRecord, error: Exception) -> None:
        extra = {"account": record.account_id, "cause": type(error).__name__}
        self.logger.warning("the permissions could not be revoked", extra=extra)
