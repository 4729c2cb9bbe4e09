"""The credentials of the Meta app that makes the calls."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True)
class AppCredentials:
    """An app's id and secret: the Instagram app's, or the Meta app's with the Facebook login."""

    id: str
    secret: str = field(repr=False)

    @property
    def token(self) -> str:
        """The app access token. Source: D:/facebook-login/guides/access-tokens."""
        return f"{self.id}|{self.secret}"


def appsecret_proof(secret: str, token: str) -> str:
    """Return the hex HMAC-SHA256 that proves knowledge of the app secret.

    Source: D:/graph-api/guides/secure-requests.
    """
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
