"""Signed requests of the deauthorize and data-deletion callbacks.

Source: D:/development/create-an-app/app-dashboard/data-deletion-callback. Which app's secret signs
for the Instagram login is not documented, so several may be tried.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lambdas.graph import parsing
from lambdas.graph.decoding import decode_json
from lambdas.graph.errors import Cause, RequestRefused

ALGORITHM = "HMAC-SHA256"
# A real one has about 250 characters.
MAX_LENGTH = 8192
USER_ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class SignedRequest:
    """The signed content: the app-scoped id of the person, and when it was issued."""

    user_id: str
    issued_at: datetime | None


def parse_signed_request(text: str, secrets: Iterable[str]) -> SignedRequest:
    """Return the content of a signed request, whatever was sent.

    Raises RequestRefused unless one of the secrets signed it; compares in constant time.
    """
    signature_part, dot, payload_part = text.partition(".")
    if not dot or len(text) > MAX_LENGTH:
        raise _refusal()
    try:
        signature, payload = _decoded(signature_part), _decoded(payload_part)
    except ValueError:
        raise _refusal() from None
    matches = [
        hmac.compare_digest(
            signature, hmac.new(secret.encode(), payload_part.encode(), hashlib.sha256).digest()
        )
        for secret in secrets
        if secret
    ]
    if not any(matches):
        raise _refusal()
    return _content(payload)


def _content(payload: bytes) -> SignedRequest:
    try:
        raw = parsing.mapping(decode_json(payload))
    except ValueError:
        raise _refusal() from None
    user_id = parsing.identifier(raw, "user_id")
    algorithm = parsing.text(raw, "algorithm") or ""
    if user_id is None or not USER_ID.fullmatch(user_id) or algorithm.upper() != ALGORITHM:
        raise _refusal()
    return SignedRequest(user_id, parsing.unix_time(raw, "issued_at"))


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _refusal() -> RequestRefused:
    return RequestRefused(Cause(edge="signed_request"), "the request was not signed by the app")
