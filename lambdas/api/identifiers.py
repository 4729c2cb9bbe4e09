"""The one check of path parameters at the border: length and alphabet, before storage is asked."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

MAX_LENGTH = 128
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~@-]*", re.ASCII)
# What may stand in a path as it is; `%` because a path may be encoded already.
ASCII_PATH = "".join(map(chr, range(0x20, 0x7F)))


def is_identifier(text: str) -> bool:
    """Return whether a text can be an id: 1 to 128 ASCII letters, digits and `._~@-`."""
    return len(text) <= MAX_LENGTH and IDENTIFIER.fullmatch(text) is not None


def ascii_path(path: str) -> str:
    """Return a path whose other characters are percent-encoded, as they are sent.

    API Gateway decodes them; patterns of routes match encoded ones only.
    """
    return path if path.isascii() else quote(path, safe=ASCII_PATH, errors="replace")


def path_text(value: str) -> str | None:
    """Return the text that a path parameter means, decoded; None if it cannot be one.

    It has 1 to 128 characters, in one line, and none that is invisible.
    """
    try:
        text = unquote(value, errors="strict").strip()
    except UnicodeDecodeError:
        return None
    return text if 1 <= len(text) <= MAX_LENGTH and text.isprintable() else None
