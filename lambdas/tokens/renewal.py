"""Renews a token with the operation of its login type, and probes whether it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from lambdas.graph.client import Graph
from lambdas.graph.errors import Cause, RetryLater
from lambdas.graph.profile import Profile
from lambdas.graph.renewed_token import TokenToRenew
from lambdas.kit.clock import Clock
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import TokenRecord, TokenSecrets

# The life of a token whose expiry Meta did not give.
# Source: D:/facebook-login/guides/access-tokens/get-long-lived.
USUAL_LIFE = timedelta(days=60)


@dataclass(frozen=True)
class Renewed:
    """What a renewal gave: the record with its new times, and the tokens."""

    record: TokenRecord
    secrets: TokenSecrets


class Renewal:
    """Renews tokens. `graph_of` returns the client of a login type, with the app's credentials."""

    def __init__(self, graph_of: Callable[[LoginType], Graph], clock: Clock) -> None:
        self._graph_of = graph_of
        self._clock = clock

    def renew(self, record: TokenRecord, secrets: TokenSecrets) -> Renewed:
        """Return tokens that live longer.

        Raises errors of the Graph client; the old tokens are then as good as before.
        """
        graph = self._graph_of(record.login_type)
        stored = TokenToRenew(record.account_id, secrets.token, secrets.renewal, record.page_id)
        renewed = graph.renew(stored)
        now = self._clock.now()
        ends = now + (renewed.expires_in or USUAL_LIFE)
        if record.expires_at is not None and ends <= record.expires_at:
            # A renewal is only what moves the expiry date.
            raise RetryLater(Cause(200, edge="refresh"), "the token's expiry date did not move")
        fresh = replace(
            record,
            app_id=graph.app_id,
            issued_at=now,
            refreshed_at=now,
            expires_at=ends,
            scopes=renewed.scopes or record.scopes,
            data_access_expires_at=renewed.data_access_expires_at or record.data_access_expires_at,
        )
        return Renewed(fresh, TokenSecrets(renewed.token, renewed.renewal_token))

    def probe(self, record: TokenRecord, secrets: TokenSecrets) -> Profile:
        """Read what the site needs, the profile and the newest post; return the profile.

        Raises errors of the Graph client.
        """
        library = (
            self._graph_of(record.login_type).account(record.account_id, secrets.token).library
        )
        profile = library.profile()
        next(iter(library.media()), None)
        return profile
