"""Signed requests of the deauthorize and data-deletion callbacks.

Source: D:/development/create-an-app/app-dashboard/data-deletion-callback. Which of the two apps' secrets signs for the Instagram login type
is not documented, so that several may be tried.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lambdas.graph import parsing
from lambdas.graph.errors import Cause, RequestRefused


@dataclass(frozen=True)
class SignedRequest:
    """What was signed: the app-scoped id of the person, and when."""

    user_id: str
    issued_at: datetime | None


def parse_signed_request(text: str, secrets: Iterable[str]) -> SignedRequest:
    """The content of a signed request. Raises RequestRefused unless one of the secrets signed it; compares in constant time."""
    signature_part, dot, payload_part = text.partition(".")
    try:
        signature, payload = _decoded(signature_part), _decoded(payload_part)
    except (binascii.Error, ValueError):
        raise _refusal() from None
    fits = [
        hmac.compare_digest(
            signature, hmac.new(secret.encode(), payload_part.encode(), hashlib.sha256).digest()
        )
        for secret in secrets
        if secret
    ]
    if not dot or not any(fits):
        raise _refusal()
    try:
        raw = parsing.mapping(json.loads(payload))
    except ValueError:
        raise _refusal() from None
    user_id, issued = parsing.identifier(raw, "user_id"), parsing.number(raw, "issued_at")
    if user_id is None or str(raw.get("algorithm", "")).upper() != "HMAC-SHA256":
        raise _refusal()
    return SignedRequest(
        user_id,
        datetime.fromtimestamp(issued, UTC) if issued and 0 < issued < 32503680000 else None,
    )


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _refusal() -> RequestRefused:
    return RequestRefused(Cause(edge="signed_request"), "this request was not signed by the app")
