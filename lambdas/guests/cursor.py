"""Cursors: where the next page of a timeline starts, signed so that a guest can only hand back what we gave."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json

from lambdas.kit.errors import InvalidRequest

SIGNATURE_BYTES = 16
MAX_CHARACTERS = 512


def seal(event_id: str, start: dict[str, str] | None, secret: str) -> str | None:
    """The cursor for a start, bound to its event; None stays None."""
    if start is None:
        return None
    payload = json.dumps(start, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_sign(event_id, payload, secret) + payload).decode().rstrip("=")


def unseal(event_id: str, cursor: str, secret: str) -> dict[str, str]:
    """The start that a cursor holds. Raises InvalidRequest for anything that `seal` did not make for this event."""
    refusal = InvalidRequest(
        "This cursor is not one of ours. Start again without it.", code="invalid_cursor"
    )
    if not 0 < len(cursor) <= MAX_CHARACTERS:
        raise refusal
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise refusal from None
    signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(event_id, payload, secret)):
        raise refusal
    # Base64 has several spellings of the same bytes; only the one that was given out counts.
    start: dict[str, str] = json.loads(payload)
    if seal(event_id, start, secret) != cursor:
        raise refusal
    return start


def _sign(event_id: str, payload: bytes, secret: str) -> bytes:
    message = event_id.encode() + b"\0" + payload
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()[:SIGNATURE_BYTES]
