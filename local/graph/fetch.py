"""Fetch what a URL refers to, as Meta does for media and webhook verification."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException

USER_AGENT = "facebookexternalhit/1.1"
TIMEOUT_SECONDS = 10
# More than any media object may have: what is longer is cut there, and refused for its size.
MAX_BYTES = 300 * 1024 * 1024 + 1


@dataclass(frozen=True)
class Fetched:
    """The content behind a URL, and what its server says that it is."""

    content: bytes
    content_type: str = ""

    def is_a(self, kind: str) -> bool:
        """Return whether the server says that it is an `image` or a `video`."""
        return self.content_type.lower().startswith(f"{kind}/")


Fetch = Callable[[str], Fetched]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Makes a redirect the error that it is for Meta's fetch."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


_OPENER = urllib.request.build_opener(_NoRedirects)


def fetch(url: str) -> Fetched:
    """Return the content behind a URL: one attempt, no credentials, no redirects.

    Raises OSError, also for any status but 200, TimeoutError for a slow server, and ValueError.
    """
    request = urllib.request.Request(url, headers={"User-Agent": USER_AGENT})
    try:
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
            if answer.status != 200:
                raise OSError(f"status {answer.status}")
            content = bytes(answer.read(MAX_BYTES))
            return Fetched(content, str(answer.headers.get("Content-Type", "")))
    except HTTPException as error:
        # An address with a space, or an answer that ends early.
        raise OSError(str(error)) from None
