"""`make import-token`: takes over a token that somebody has, or the one of the older table layout.

That layout is one item: `id` = `primary`, accessToken, expiresIn (seconds), expiresAt (milliseconds), refreshedAt (RFC 3339, or
milliseconds), source.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from lambdas.graph.client import Graph
from lambdas.graph.errors import GraphError, RequestRefused
from lambdas.graph.library import Profile
from lambdas.kit import aws
from lambdas.kit.clock import from_rfc3339
from lambdas.storage.accounts.token_record import State, TokenRecord, TokenSecrets
from lambdas.tokens import dependencies as feature
from lambdas.tokens.connect_failed import ConnectFailed

LIFE = timedelta(days=60)
# So little that it is refreshed as soon as it may be, which tells its end.
UNTOLD_LIFE = timedelta(days=21)


def import_token(ask: Callable[[str], str] = getpass.getpass) -> int:
    """Asks for a long-lived token of the stage's login and stores what it speaks for; 1, and one line why, if that cannot be."""
    token = ask("Token (it is not shown): ").strip()
    if not token:
        print("daybook: no token was given; nothing was changed", file=sys.stderr)
        return 1
    try:
        found = _identified(feature.settings().login_type, token)
    except (GraphError, ConnectFailed) as error:
        why = (
            error.meaning
            if isinstance(error, GraphError)
            else " ".join((f"{error.title}.", *error.advice))
        )
        print(f"daybook: the token was not taken: {why}", file=sys.stderr)
        return 1
    codes = [_store(record, secrets) for record, secrets in found]
    return max(codes, default=1)


def _identified(login_type: str, token: str) -> list[tuple[TokenRecord, TokenSecrets]]:
    graph = feature.graph_of(login_type)
    if login_type != "instagram":
        return feature.desk().identify(graph, token, source="import")
    # Whether it works at all, and whose it is, before anything is changed.
    profile = graph.account("me", token).library.profile()
    known = feature.store().get(profile.user_id or "")
    if known and known.state is State.ACTIVE:
        return [(known, TokenSecrets(token))]
    try:
        return feature.desk().identify(graph, token, source="import")
    except RequestRefused:
        # It works, and is refused to be refreshed: one of its first day. When it ends is not told before.
        now = feature.clock.now()
        return [(_record(graph, profile, now, now + UNTOLD_LIFE, now), TokenSecrets(token))]


def _store(record: TokenRecord, secrets: TokenSecrets) -> int:
    known = feature.store().get(record.account_id)
    if known and known.state is State.ACTIVE:
        print(
            f"daybook: {known.name} is stored already and works; nothing was changed",
            file=sys.stderr,
        )
        return 1
    done = feature.desk().store(record, secrets)
    print(
        f"Imported {done.name}; refreshed by itself from {done.next_refresh_at:%Y-%m-%d} on.",
        file=sys.stderr,
    )
    return 0


def _record(
    graph: Graph, profile: Profile, issued_at: datetime, expires_at: datetime, now: datetime
) -> TokenRecord:
    return TokenRecord(
        tenant=feature.settings().tenant,
        account_id=profile.user_id or "",
        login_type="instagram",
        app_id=graph.app_id,
        issued_at=issued_at,
        expires_at=expires_at,
        source="import",
        username=profile.username,
        account_type=profile.account_type,
        scoped_id=profile.scoped_id,
        connected_at=now,
        refreshed_at=issued_at,
    )


def import_row(table_name: str) -> int:
    """Reads the item, asks Meta whose token it is, and stores it. 1, and one line why, if that cannot be; nothing is changed then."""
    try:
        row: Any = (
            aws.table(table_name).get_item(Key={"id": "primary"}, ConsistentRead=True).get("Item")
        )
    except ClientError as error:
        print(f"daybook: {table_name} cannot be read: {error}", file=sys.stderr)
        return 1
    if not row or not row.get("accessToken"):
        print(f"daybook: {table_name} has no item `primary` with an accessToken", file=sys.stderr)
        return 1
    now = feature.clock.now()
    issued_at, expires_at = times_of(row, now)
    if expires_at <= now:
        print(
            f"daybook: the token expired on {expires_at:%Y-%m-%d}; connect the account instead",
            file=sys.stderr,
        )
        return 1
    graph, token = feature.graph_of("instagram"), str(row["accessToken"])
    try:
        profile = graph.account("me", token).library.profile()
    except GraphError as error:
        print(f"daybook: Instagram does not accept the token: {error.meaning}", file=sys.stderr)
        return 1
    known = feature.store().get(profile.user_id or "")
    if known and known.state is not State.DISCONNECTED:
        print(
            f"daybook: {known.name} is stored already ({known.state.value}); nothing was changed",
            file=sys.stderr,
        )
        return 1
    record = _record(graph, profile, issued_at, expires_at, now)
    done = feature.desk().store(record, TokenSecrets(token))
    print(
        f"Imported {done.name}, valid until {expires_at:%Y-%m-%d}. Delete the item in {table_name} once all runs well.",
        file=sys.stderr,
    )
    return 0


def times_of(row: dict[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """When the token was made, and when it ends. Of what the item does not say, the other two tell it; else it was made just now."""
    made = _moment(row.get("refreshedAt"))
    life = timedelta(seconds=int(row["expiresIn"])) if row.get("expiresIn") else LIFE
    ends = _moment(row.get("expiresAt")) or (made + life if made else now + life)
    return made or min(ends - life, now), ends


def _moment(value: object) -> datetime | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, Decimal | int | float):
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    try:
        return from_rfc3339(value) if isinstance(value, str) else None
    except ValueError:
        return None
