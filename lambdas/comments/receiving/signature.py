"""The signature of a webhook: HMAC-SHA256 over the bytes of the body, with an app's secret.

Source: "Validating payloads" in "Webhooks, getting started" of the Graph API. Instagram's events
are signed with the secret of the Instagram app or of the Meta app; which one is not documented.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

HEADER = "x-hub-signature-256"
SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)


def is_signed(header: str, body: bytes, secrets: Iterable[Iterable[str]]) -> bool:
    """Return whether one of the secrets signed a body; in constant time for each step of them.

    An empty secret signs nothing, and a header in any other form is no signature.
    """
    match = SIGNATURE.fullmatch(header)
    return match is not None and any(_any_signed(match[1], body, step) for step in secrets)


def is_among(text: str, secrets: Iterable[Iterable[str]]) -> bool:
    """Return whether a text is one of the secrets; in constant time for each step of them."""
    return any(_any_equal(_bytes(text), step) for step in secrets)


def _any_signed(signature: str, body: bytes, secrets: Iterable[str]) -> bool:
    made = [hmac.new(_bytes(one), body, hashlib.sha256).hexdigest() for one in secrets if one]
    # All are compared: the time says nothing about which one it was.
    return sum(hmac.compare_digest(signature, one) for one in made) > 0


def _any_equal(text: bytes, secrets: Iterable[str]) -> bool:
    return sum(hmac.compare_digest(text, _bytes(one)) for one in secrets if one) > 0


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
