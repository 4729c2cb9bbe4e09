"""What operators see of connected accounts, and what they can do: look, refresh, disconnect."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from lambdas.graph.client import Graph
from lambdas.graph.errors import GraphError, PermissionMissing, ReconnectRequired
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import Conflict, InvalidRequest, NotFound, ReauthRequired, Unavailable
from lambdas.storage.accounts.audit import MAX_ENTRIES, AuditTrail, Happening
from lambdas.storage.accounts.token_record import LastError, State, TokenRecord
from lambdas.tokens import schedule
from lambdas.tokens.bootstrap import AdoptionRuns, BootstrapAdoption
from lambdas.tokens.connect_failed import ConnectFailed
from lambdas.tokens.refresh import Outcome, Refresher, RefreshFailed
from lambdas.tokens.token_store import TokenStore

MAX_ID = 64
SHOWN_STATES = ("active", "refreshing", "reconnect_required")
NOBODY = "No Instagram account is connected. Open GET /instagram/connect to connect one."


class Accounts:
    """The connected accounts of a site, as the operators' routes show them."""

    def __init__(
        self,
        store: TokenStore,
        audit: AuditTrail,
        refresher: Refresher,
        bootstrap: BootstrapAdoption,
        graph_of: Callable[[str], Graph],
        clock: Clock,
        logger: Logger,
        lead: timedelta,
    ) -> None:
        self._store = store
        self._audit = audit
        self._refresher = refresher
        self._bootstrap = bootstrap
        self._graph_of = graph_of
        self._clock = clock
        self._logger = logger
        self._lead = lead

    def listed(self, limit: int, after: str = "", state: str | None = None) -> dict[str, Any]:
        """Accounts that are connected, or were and need a person, in the order of their ids, up to `limit`; never a token.

        `state` picks one of SHOWN_STATES. `next` is what to hand over as `after` for those behind them. Raises InvalidRequest.
        """
        if state not in (None, *SHOWN_STATES):
            raise InvalidRequest(
                f"state must be one of {', '.join(SHOWN_STATES)}.", code="unknown_state"
            )
        if len(after) > MAX_ID:
            raise InvalidRequest(
                "after must be the `next` of an answer before.", code="invalid_after"
            )
        views = (
            self._view(record)
            for record in self._store.all(after)
            if record.state is not State.DISCONNECTED
        )
        found = list(
            itertools.islice((view for view in views if state in (None, view["state"])), limit + 1)
        )
        return {
            "accounts": found[:limit],
            "next": found[limit - 1]["id"] if len(found) > limit else None,
        }

    def named(self, account_id: str | None) -> TokenRecord | None:
        """The account of that id, or the only one; None if only the bootstrap token can be meant.

        Raises NotFound if there is none of that id, or none at all, InvalidRequest if there are several and none is named.
        """
        if account_id:
            record = self._store.get(account_id) if len(account_id) <= MAX_ID else None
            if record and record.state is not State.DISCONNECTED:
                return record
            if (
                record is None
                and self._bootstrap.is_there
                and self._bootstrap.account_id == account_id
            ):
                return None
            raise NotFound("No Instagram account of that id is connected.", code="unknown_account")
        connected = list(
            itertools.islice(
                (record for record in self._store.all() if record.state is not State.DISCONNECTED),
                2,
            )
        )
        if len(connected) > 1:
            raise InvalidRequest(
                "Several Instagram accounts are connected: name one with ?account=.",
                code="account_not_named",
            )
        if connected:
            return connected[0]
        if self._bootstrap.is_there:
            return None
        raise NotFound(NOBODY, code="no_account")

    def status(self, account_id: str | None) -> dict[str, Any]:
        """The state of an account's token, as the contract has it. Raises as `named` does, but for a site without any account."""
        try:
            record = self.named(account_id)
        except NotFound:
            if account_id:
                raise
            return self._status(configured=False, source="missing", state="missing")
        if record is None:
            return self._status(configured=True, source="env", state="active") | {
                "dueForRefresh": True
            }
        return self._status_of(record)

    def _status_of(self, record: TokenRecord) -> dict[str, Any]:
        now = self._clock.now()
        state = (
            "refreshing"
            if record.leased(now) and record.state is State.ACTIVE
            else record.state.value
        )
        if record.state is State.ACTIVE and record.expired(now):
            state = State.RECONNECT_REQUIRED.value
        days = (record.expires_at - now).total_seconds() / 86400 if record.expires_at else None
        due = schedule.is_due(record, now, self._lead)
        told: dict[str, Any] = self._status(configured=True, source="stored", state=state) | {
            "expiresAt": _text(record.expires_at),
            "refreshedAt": _text(record.refreshed_at),
            "daysRemaining": max(0, math.floor(days)) if days is not None else None,
            "dueForRefresh": due,
            "account": record.account_id,
            "nextRefreshAt": _text(record.next_refresh_at),
            "dataAccessExpiresAt": _text(record.data_access_expires_at),
        }
        return told | ({"lastError": error_view(record.last_error)} if record.last_error else {})

    def refresh(self, account_id: str | None) -> dict[str, Any]:
        """Refreshes now. Raises Conflict, PersonNeeded or Unavailable if that cannot be, beside what `named` raises."""
        record = self.named(account_id)
        if record is None:
            return self._adopt()
        try:
            result = self._refresher.refresh(record.account_id, forced=True)
        except RefreshFailed as failed:
            if failed.needs_reauth:
                raise _person(failed.record, failed.meaning) from None
            raise Unavailable(
                f"Instagram did not refresh the token: {failed.meaning}. It stays valid, and the next try is on its way.",
                code="token_refresh_failed",
            ) from None
        if result.record is None:
            raise NotFound("No Instagram account of that id is connected.", code="unknown_account")
        if result.outcome is Outcome.NEEDS_REAUTH:
            raise _person(
                result.record,
                result.record.last_error.meaning
                if result.record.last_error
                else "its token is dead",
            )
        if result.outcome is Outcome.TOO_YOUNG:
            raise Conflict(
                "The token is less than 24 hours old: Instagram refreshes older ones only.",
                code="token_too_young",
            )
        if result.outcome in (Outcome.RUNNING, Outcome.NOT_DUE, Outcome.BY_ANOTHER):
            raise Conflict("Another refresh of this token is running.", code="refresh_running")
        return self._refreshed(result.record, "stored")

    def _adopt(self) -> dict[str, Any]:
        try:
            adopted = self._bootstrap.adopt(forced=True)
        except AdoptionRuns:
            raise Conflict(
                "Another refresh of this token is running.", code="refresh_running"
            ) from None
        except (ReconnectRequired, PermissionMissing) as error:
            raise ReauthRequired(
                f"The token of the environment is dead ({error.meaning}): connect the account at GET /instagram/connect.",
                code="reconnect_required",
            ) from None
        except ConnectFailed as error:
            raise ReauthRequired(
                f"{error.title}. {' '.join(error.advice)}", code=error.code
            ) from None
        except GraphError as error:
            raise Unavailable(
                f"Instagram did not refresh the token of the environment: {error.meaning}.",
                code="token_refresh_failed",
            ) from None
        if not adopted:
            raise Conflict(
                "The account of this token has a stored one by now.", code="refresh_running"
            )
        return self._refreshed(adopted[0], "env")

    def _refreshed(self, record: TokenRecord, previous: str) -> dict[str, Any]:
        left = record.expires_at - self._clock.now() if record.expires_at else None
        return {
            "message": f"The token of {record.name} was refreshed.",
            "previousSource": previous,
            "expiresIn": round(left.total_seconds()) if left else None,
            "expiresAt": _text(record.expires_at),
            "refreshedAt": _text(record.refreshed_at),
        }

    def disconnect(self, account_id: str) -> dict[str, Any]:
        """Forgets an account's tokens, and takes its permissions back where the API can do that. Raises NotFound."""
        record = self._store.get(account_id)
        if record is None or record.state is State.DISCONNECTED:
            raise NotFound("No Instagram account of that id is connected.", code="unknown_account")
        revoked = self._revoke(record)
        self._store.disconnect(account_id, self._clock.now())
        self._audit.add(
            account_id,
            self._clock.now(),
            Happening.DISCONNECTED,
            revoked="yes" if revoked else "no",
        )
        self._logger.info("account disconnected", extra={"account": account_id, "revoked": revoked})
        where = (
            "Facebook's settings, Business integrations"
            if record.login_type == "facebook"
            else "the Instagram app, Website permissions"
        )
        by_hand = f"The app keeps its permissions until the owner removes it: {where}."
        return {
            "message": f"{record.name} was disconnected.",
            "revoked": revoked,
            **({} if revoked else {"note": by_hand}),
        }

    def _revoke(self, record: TokenRecord) -> bool:
        """Takes the permissions back at Meta. Not known for the Instagram login type, and not done while the person's others use them."""
        if record.login_type != "facebook" or record.state is not State.ACTIVE:
            return False
        others = [
            one for one in self._store.of_person(record.person_id or "") if one != record.account_id
        ]
        if others:
            return False
        try:
            secrets = self._store.secrets(record)
            self._graph_of(record.login_type).account(
                "me", secrets.renewal or secrets.token
            ).pages.revoke()
        except Exception as error:
            # That it cannot be told to Meta must not keep somebody from disconnecting it here.
            self._logger.warning(
                "the permissions could not be taken back",
                extra={"account": record.account_id, "cause": type(error).__name__},
            )
            return False
        return True

    def trail(self, account_id: str, before: str | None = None) -> dict[str, Any]:
        """What happened to an account's connection, newest first, up to 100 entries; also of one that was disconnected.

        `next` is what to hand over as `before` for those before them. Raises NotFound.
        """
        if self._store.get(account_id) is None:
            raise NotFound(
                "No Instagram account of that id was ever connected.", code="unknown_account"
            )
        entries = list(self._audit.of(account_id, before=before))
        following = entries[-1].key if len(entries) == MAX_ENTRIES else None
        return {
            "account": account_id,
            "entries": [entry.to_json() for entry in entries],
            "next": following,
        }

    def _view(self, record: TokenRecord) -> dict[str, Any]:
        return {
            "id": record.account_id,
            "username": record.username,
            "login_type": record.login_type,
            "app": record.app_id,
            "page": {"id": record.page_id, "name": record.page_name} if record.page_id else None,
            "permissions": list(record.scopes),
            "connectedAt": _text(record.connected_at),
            **self._status_of(record),
        }

    def _status(self, *, configured: bool, source: str, state: str) -> dict[str, Any]:
        empty = {
            "expiresAt": None,
            "refreshedAt": None,
            "daysRemaining": None,
            "dueForRefresh": False,
        }
        return {
            "configured": configured,
            "source": source,
            "state": state,
            "refreshLeadDays": self._lead.days,
            **empty,
        }


def _person(record: TokenRecord, meaning: str) -> ReauthRequired:
    return ReauthRequired(
        f"{record.name} must be connected again: {meaning}. Open GET /instagram/connect and log in as {record.name}.",
        code="reconnect_required",
    )


def error_view(error: LastError) -> dict[str, Any]:
    """The last error as JSON."""
    told = {
        "meaning": error.meaning,
        "code": error.code,
        "subcode": error.subcode,
        "traceId": error.trace_id,
        "call": error.edge,
    }
    return {"at": to_rfc3339(error.at)} | {
        name: value for name, value in told.items() if value is not None
    }


def _text(moment: datetime | None) -> str | None:
    return to_rfc3339(moment.replace(microsecond=0)) if moment else None
