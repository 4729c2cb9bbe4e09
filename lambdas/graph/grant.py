"""The answers about tokens: what an exchange gave, and what Meta says of a token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lambdas.graph import parsing
from lambdas.graph.decoding import Json
from lambdas.graph.errors import Cause, RetryLater


@dataclass(frozen=True)
class Grant:
    """A token from an exchange. `expires_in` counts from its arrival; None if it was not given."""

    token: str = field(repr=False)
    expires_in: timedelta | None
    user_id: str | None = None
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class TokenInfo:
    """What Meta says of a token. A time that is None is never (`expires_at: 0`)."""

    is_valid: bool
    app_id: str | None
    user_id: str | None
    type: str | None
    scopes: tuple[str, ...]
    expires_at: datetime | None
    data_access_expires_at: datetime | None
    issued_at: datetime | None
    granular_scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each scope the ids of the Pages and accounts it was granted for; none: for all."""
    error_subcode: int | None = None
    """Why the token is not valid."""


def grant_of(answer: Json, edge: str) -> Grant:
    """Return the grant of a decoded answer. Raises RetryLater if it holds no token."""
    raw = parsing.single(answer)
    token = parsing.text(raw, "access_token")
    if token is None:
        raise RetryLater(Cause(200, edge=edge), "the answer holds no token")
    return Grant(
        token,
        parsing.seconds(raw, "expires_in"),
        parsing.identifier(raw, "user_id"),
        parsing.words(raw, "permissions"),
    )


def token_info_of(answer: Json) -> TokenInfo:
    """Return the token's description from a decoded answer of `debug_token`.

    Raises RetryLater for an answer that does not say whether the token is valid.
    """
    raw = parsing.mapping(parsing.mapping(answer).get("data"))
    is_valid = parsing.flag(raw, "is_valid")
    if is_valid is None:
        raise RetryLater(Cause(200, edge="debug_token"), "the answer does not describe the token")
    return TokenInfo(
        is_valid=is_valid,
        app_id=parsing.identifier(raw, "app_id"),
        user_id=parsing.identifier(raw, "user_id"),
        type=parsing.text(raw, "type"),
        scopes=parsing.words(raw, "scopes"),
        expires_at=parsing.unix_time(raw, "expires_at"),
        data_access_expires_at=parsing.unix_time(raw, "data_access_expires_at"),
        issued_at=parsing.unix_time(raw, "issued_at"),
        granular_scopes={
            str(entry.get("scope")): parsing.words(entry, "target_ids")
            for entry in parsing.entries(raw.get("granular_scopes"))
        },
        error_subcode=parsing.number(parsing.mapping(raw.get("error")), "subcode"),
    )
