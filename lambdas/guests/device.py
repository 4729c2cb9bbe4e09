"""The guest's device: a random key in a cookie, of which only the hash is stored.

A device gets its key when it begins to send photos. All guests who only look get the same page.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from lambdas.guests.settings import DEVICE_COOKIE

KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
# The longest that browsers keep a cookie.
LIFETIME_SECONDS = 400 * 24 * 3600


@dataclass(frozen=True)
class Device:
    """A guest's device."""

    key: str = field(repr=False)
    is_new: bool

    @classmethod
    def of(cls, cookies: Mapping[str, str]) -> Device:
        """Return the device that sent these cookies; a new one if they hold no key."""
        key = cookies.get(DEVICE_COOKIE, "")
        return cls(key, False) if KEY.fullmatch(key) else cls(secrets.token_hex(16), True)

    @property
    def hash(self) -> str:
        """Return the hash that is stored beside the device's photos."""
        return hashlib.sha256(self.key.encode()).hexdigest()

    def cookies(self, path: str, secure: bool) -> list[Cookie]:
        """Return the cookies to set: the key of a new device, none for a known one."""
        if not self.is_new:
            return []
        return [
            Cookie(
                DEVICE_COOKIE,
                self.key,
                path=path or "/",
                secure=secure,
                http_only=True,
                max_age=LIFETIME_SECONDS,
                same_site=SameSite.LAX_MODE,
            )
        ]
