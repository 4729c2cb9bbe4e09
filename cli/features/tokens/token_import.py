"""Taking over an existing long-lived token."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta

from cli.errors import CommandError
from cli.features.tokens.site import TokensSite
from cli.terminal import ask_secret
from lambdas.graph.client import Graph
from lambdas.graph.errors import GraphError, RequestRefused
from lambdas.graph.profile import Profile
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import Source, State, TokenRecord, TokenSecrets
from lambdas.tokens.connect_failed import ConnectFailed

# Meta does not say when a token of its first day expires. With so short a life it is due as soon as
# a refresh is allowed, and the refresh returns the date.
ASSUMED_LIFE = timedelta(days=21)


def import_token(site: TokensSite, ask: Callable[[str], str] = ask_secret) -> int:
    """Ask for a token of the stage's login type and store the accounts it is for.

    Returns 1 if all of them are stored already. Raises CommandError if the token does not work.
    """
    token = ask("Token (it is not shown): ").strip()
    if not token:
        raise CommandError("no token was given; nothing was changed")
    try:
        found = _identified(site, token)
    except GraphError as error:
        raise CommandError(f"the token was not imported: {error.meaning}") from None
    except ConnectFailed as error:
        advice = " ".join((f"{error.title}.", *error.advice))
        raise CommandError(f"the token was not imported: {advice}") from None
    return max((_save(site, record, secrets) for record, secrets in found), default=1)


def _identified(site: TokensSite, token: str) -> list[tuple[TokenRecord, TokenSecrets]]:
    login_type = LoginType(site.settings.login_type)
    if login_type is not LoginType.INSTAGRAM:
        return site.identify(login_type, token)
    graph = site.graph(login_type)
    # Whether it works, and whose it is, before anything changes.
    profile = graph.account("me", token).library.profile()
    known = site.store.get(profile.user_id or "")
    if known and known.state is State.ACTIVE:
        return [(known, TokenSecrets(token))]
    try:
        return site.identify(login_type, token)
    except RequestRefused:
        # It works but cannot be refreshed: a token of its first day.
        now = site.clock.now()
        record = imported_record(site, graph, profile, (now, now + ASSUMED_LIFE))
        return [(record, TokenSecrets(token))]


def _save(site: TokensSite, record: TokenRecord, secrets: TokenSecrets) -> int:
    known = site.store.get(record.account_id)
    if known and known.state is State.ACTIVE:
        print(
            f"daybook: {known.name} is stored already and works; nothing was changed",
            file=sys.stderr,
        )
        return 1
    saved = site.save(record, secrets)
    print(
        f"Imported {saved.name}. It is refreshed automatically from "
        f"{saved.next_refresh_at:%Y-%m-%d} on.",
        file=sys.stderr,
    )
    return 0


def imported_record(
    site: TokensSite, graph: Graph, profile: Profile, life: tuple[datetime, datetime]
) -> TokenRecord:
    """Return the record of a token of the Instagram login; `life` is when it begins and ends."""
    issued_at, expires_at = life
    return TokenRecord(
        tenant=site.settings.tenant,
        account_id=profile.user_id or "",
        login_type=LoginType.INSTAGRAM,
        app_id=graph.app_id,
        issued_at=issued_at,
        expires_at=expires_at,
        source=Source.IMPORT,
        username=profile.username,
        account_type=profile.account_type,
        scoped_id=profile.scoped_id,
        connected_at=site.clock.now(),
        refreshed_at=issued_at,
    )
