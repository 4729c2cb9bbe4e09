"""Stores what logins give: a connected account, its first refresh, its audit entry."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta

from aws_lambda_powertools import Logger

from lambdas.graph.login_type import platform_of
from lambdas.kit.clock import Clock
from lambdas.kit.events import AccountConnected, EventBus
from lambdas.storage.accounts.audit import AuditTrail, Happening
from lambdas.storage.accounts.token_record import State, TokenRecord, TokenSecrets
from lambdas.tokens import schedule
from lambdas.tokens.connect_failed import ALLOW_ALL, ConnectFailed, login_ended
from lambdas.tokens.identified import Identified
from lambdas.tokens.login_result import Connected, LoginResult
from lambdas.tokens.permissions import missing_scopes, requested
from lambdas.tokens.token_store import LoginGone, LoginStart, TokenStore


@dataclass(frozen=True, kw_only=True)
class ConnectionWriter:
    """Stores connections. `lead` is how long before its end a token is refreshed."""

    store: TokenStore
    audit: AuditTrail
    bus: EventBus
    clock: Clock
    logger: Logger
    capabilities: tuple[str, ...]
    lead: timedelta
    rng: random.Random

    def store_all(self, found: Identified, start: LoginStart) -> LoginResult:
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
