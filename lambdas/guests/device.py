"""The guest's device: a random key in a cookie, known to us only by its hash. It is given out when somebody begins to send photos, not
when they look: the page of those who only look is the same for all of them."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from lambdas.guests.settings import DEVICE_COOKIE

KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)
LIFETIME_SECONDS = 400 * 24 * 3600  # The longest that browsers keep a cookie.


@dataclass(frozen=True)
class Device:
    """A guest's device."""

    key: str = field(repr=False)
    is_new: bool

    @classmethod
    def of(cls, cookies: Mapping[str, str]) -> Device:
        """The device that sent these cookies; a new one if they hold no key."""
        key = cookies.get(DEVICE_COOKIE, "")
        return cls(key, False) if KEY.fullmatch(key) else cls(secrets.token_hex(16), True)

    @property
    def hash(self) -> str:
        """What is stored beside the device's photos."""
        return hashlib.sha256(self.key.encode()).hexdigest()

    def cookies(self, path: str, secure: bool) -> list[Cookie]:
        """The cookies to set: the key of a new device, none for a known one."""
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
