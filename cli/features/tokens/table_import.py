"""Taking over the token of an older table layout.

That layout is one item: `id` = `primary`, accessToken, expiresIn (seconds), expiresAt
(milliseconds), refreshedAt (RFC 3339, or milliseconds), source.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from cli.aws import short
from cli.errors import CommandError
from cli.features.tokens.site import TokensSite
from cli.features.tokens.token_import import imported_record
from lambdas.graph.errors import GraphError
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State, TokenSecrets

LIFE = timedelta(days=60)


def import_row(site: TokensSite, table_name: str) -> int:
    """Read the item, ask Meta whose token it is, and store it.

    Raises CommandError, with nothing changed, if there is no usable token or it is stored already.
    """
    row = _row(site, table_name)
    issued_at, expires_at = times_of(row, site.clock.now())
    if expires_at <= site.clock.now():
        raise CommandError(
            f"the token expired on {expires_at:%Y-%m-%d}: connect the account instead"
        )
    graph, token = site.graph(LoginType.INSTAGRAM), str(row["accessToken"])
    try:
        profile = graph.account("me", token).library.profile()
    except GraphError as error:
        raise CommandError(f"Instagram does not accept the token: {error.meaning}") from None
    known = site.store.get(profile.user_id or "")
    if known and known.state is not State.DISCONNECTED:
        raise CommandError(
            f"{known.name} is stored already ({known.state.value}); nothing was changed"
        )
    record = imported_record(site, graph, profile, (issued_at, expires_at))
    saved = site.save(record, TokenSecrets(token))
    print(
        f"Imported {saved.name}, valid until {expires_at:%Y-%m-%d}. "
        f"Delete the item in {table_name} once everything works.",
        file=sys.stderr,
    )
    return 0


def _row(site: TokensSite, table_name: str) -> Mapping[str, Any]:
    from boto3.dynamodb.types import TypeDeserializer

    try:
        answer = site.client_of("dynamodb").get_item(
            TableName=table_name, Key={"id": {"S": "primary"}}, ConsistentRead=True
        )
    except ClientError as error:
        raise CommandError(f"the table {table_name} cannot be read: {short(error)}") from None
    read = TypeDeserializer().deserialize
    row = {name: read(value) for name, value in answer.get("Item", {}).items()}
    if not row.get("accessToken"):
        raise CommandError(f"{table_name} has no item `primary` with an accessToken")
    return row


def times_of(row: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """Return when the token was issued and when it expires.

    What the item lacks follows from the rest; a token without any time is taken as a new one.
    """
    issued = _moment(row.get("refreshedAt"))
    life = timedelta(seconds=int(row["expiresIn"])) if row.get("expiresIn") else LIFE
    expires = _moment(row.get("expiresAt")) or (issued + life if issued else now + life)
    return issued or min(expires - life, now), expires


def _moment(value: object) -> datetime | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, Decimal | int | float):
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    try:
        return from_rfc3339(value) if isinstance(value, str) else None
    except ValueError:
        return None
