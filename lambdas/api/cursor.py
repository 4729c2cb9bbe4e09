"""Cursors: where the next page of a list starts, signed, so that only our own are accepted."""

from __future__ import annotations

from collections.abc import Mapping

from itsdangerous import BadData, URLSafeSerializer

from lambdas.kit.errors import InvalidRequest

MAX_CHARACTERS = 512


def seal(scope: str, start: Mapping[str, str] | None, secret: str) -> str | None:
    """Return the cursor of a start, valid in its scope (such as an event); None stays None."""
    return None if start is None else str(_serializer(scope, secret).dumps(dict(start)))


def unseal(scope: str, cursor: str, secret: str) -> dict[str, str]:
    """Return the start of a cursor. Raises InvalidRequest unless `seal` made it for this scope."""
    refusal = InvalidRequest(
        "This cursor is not valid. Start again without it.", code="invalid_cursor"
    )
    if not 0 < len(cursor) <= MAX_CHARACTERS:
        raise refusal
    try:
        start: dict[str, str] = _serializer(scope, secret).loads(cursor)
    except (BadData, ValueError):
        raise refusal from None
    # Base64 has several spellings of the same bytes; only the one that was issued counts.
    if seal(scope, start, secret) != cursor:
        raise refusal
    return start


def _serializer(scope: str, secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=f"cursor:{scope}")
