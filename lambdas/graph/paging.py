"""The `paging` part of an answer. The address of the next page holds the token: drop it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from lambdas.graph.decoding import Json

MAX_QUERY_FIELDS = 50


def without_addresses(body: Json) -> Json:
    """Return a decoded answer in which each `paging` holds its cursor and whether more follows."""
    if isinstance(body, list):
        return [without_addresses(entry) for entry in body]
    if not isinstance(body, dict):
        return body
    return {
        name: _paging(value) if name == "paging" else without_addresses(value)
        for name, value in body.items()
    }


def _paging(raw: Json) -> Json:
    if not isinstance(raw, Mapping):
        return None
    cursors = raw.get("cursors")
    after = cursors.get("after") if isinstance(cursors, Mapping) else None
    if not isinstance(after, str) or not after:
        # Some edges give the address alone.
        after = _cursor_in(str(raw.get("next") or ""))
    return {"cursors": {"after": after} if after else {}, "next": bool(raw.get("next"))}


def _cursor_in(address: str) -> str | None:
    query = address.partition("?")[2]
    try:
        return dict(parse_qsl(query, max_num_fields=MAX_QUERY_FIELDS)).get("after")
    except ValueError:
        return None
