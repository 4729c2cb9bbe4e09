"""Fetch what a URL refers to, as Meta does for media and webhook verification."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable

Fetch = Callable[[str], bytes]
MAX_IMAGE_BYTES = 8 * 1024 * 1024


def fetch(url: str) -> bytes:
    """Return the content behind a URL: one attempt, no credentials. Raises OSError, ValueError."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read(MAX_IMAGE_BYTES * 2))
