"""The one check of identifiers at the border: length and alphabet, before any storage is asked."""

from __future__ import annotations

import re

MAX_LENGTH = 128
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~@-]*", re.ASCII)


def is_identifier(text: str) -> bool:
    """Return whether a text can be an id: 1 to 128 ASCII letters, digits and `._~@-`."""
    return len(text) <= MAX_LENGTH and IDENTIFIER.fullmatch(text) is not None
