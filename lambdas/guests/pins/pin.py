"""PINs: stored as hashes with salt; a cookie proves that a guest entered one, for one event.

The hash makes a stolen table slow to search, not safe: a PIN has few digits. What protects it is
that few wrong tries are answered (`tries.py`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass, field

from lambdas.kit.errors import InvalidRequest

PIN = re.compile(r"[0-9]{4,8}", re.ASCII)
SENTENCE = "use 4 to 8 digits, such as 4821."
# About 50 ms and 16 MB. Source: RFC 7914, and OWASP's Password Storage Cheat Sheet.
COST, BLOCK_SIZE, PARALLEL = 2**14, 8, 1
SALT_BYTES = 16


@dataclass(frozen=True)
class Pin:
    """A PIN that is set. `scope` is what it belongs to; `version` changes with it."""

    scope: str
    hash: str = field(repr=False)
    version: int

    @property
    def digits(self) -> int:
        """Return how many digits it has."""
        return int(self.hash.split("$")[1])

    def matches(self, entered: str) -> bool:
        """Return whether this is the PIN; the comparison takes constant time."""
        _, _, salt, wanted = self.hash.split("$")
        found = _scrypt(entered, base64.b64decode(salt))
        return hmac.compare_digest(found, base64.b64decode(wanted))

    def proof(self, event_id: str, secret: str) -> str:
        """Return what the cookie of a guest who entered the PIN of an event holds."""
        text = f"pin\0{self.scope}\0{event_id}\0{self.version}"
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def is_proved(self, cookie: str, event_id: str, secret: str) -> bool:
        """Return whether a cookie's value is the proof, compared in constant time."""
        return hmac.compare_digest(self.proof(event_id, secret).encode(), cookie.encode())


def is_pin(text: str) -> bool:
    """Return whether a text can be a PIN."""
    return PIN.fullmatch(text) is not None


def hash_of(pin: str) -> str:
    """Return what is stored of a PIN: `scrypt$<digits>$<salt>$<hash>`."""
    salt = secrets.token_bytes(SALT_BYTES)
    parts = (base64.b64encode(part).decode() for part in (salt, _scrypt(pin, salt)))
    return "$".join(("scrypt", str(len(pin)), *parts))


def entered_pin(text: str) -> str:
    """Return a PIN as a person typed it, without spaces. Raises InvalidRequest if it is none."""
    pin = "".join(unicodedata.normalize("NFKC", text[:100]).split())
    if not is_pin(pin):
        raise InvalidRequest("A PIN has 4 to 8 digits.", code="invalid_pin")
    return pin


def _scrypt(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=COST, r=BLOCK_SIZE, p=PARALLEL)
