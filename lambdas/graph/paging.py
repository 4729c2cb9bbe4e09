"""Pages of an answer: the address of the next one holds the token, so that of it nothing but the cursor is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl


def without_addresses(body: Any) -> Any:
    """A decoded answer in which no `paging` holds an address: `next` is only whether there is one. Raises RecursionError like a parser."""
    if isinstance(body, list):
        return [without_addresses(entry) for entry in body]
    if not isinstance(body, dict):
        return body
    return {
        name: _paging(value) if name == "paging" else without_addresses(value)
        for name, value in body.items()
    }


def _paging(raw: Any) -> Any:
    if not isinstance(raw, Mapping):
        return None
    cursors = raw.get("cursors")
    after = cursors.get("after") if isinstance(cursors, Mapping) else None
    if not isinstance(after, str) or not after:
        # Some edges give the address alone.
        after = dict(parse_qsl(str(raw.get("next") or "").partition("?")[2])).get("after")
    return {"cursors": {"after": after} if after else {}, "next": bool(raw.get("next"))}
