"""Ids of Meta's, which come with webhooks and answers."""

from __future__ import annotations

import re

# Part of keys, and of the site's own addresses.
ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}", re.ASCII)


def is_id(text: str) -> bool:
    """Return whether a text can be an id of Meta's."""
    return ID.fullmatch(text) is not None


def id_or_none(text: str | None) -> str | None:
    """Return an id, or None for what can be none."""
    return text if text and is_id(text) else None
