"""Pages of an edge, with cursors."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from local.graph.errors import bad_parameter
from local.graph.parameters import Parameters

PAGE_SIZE = 25
MAX_PAGE_SIZE = 100
CURSOR_PREFIX = "QVFI"

Entry = TypeVar("Entry")


def page_of(
    entries: Sequence[Entry],
    params: Parameters,
    url: str | None,
    render: Callable[[Entry], object] = lambda entry: entry,
    max_size: int = MAX_PAGE_SIZE,
) -> dict[str, object]:
    """Return the requested page; only its own entries are rendered.

    `url` is the address of the edge; without it, the page has cursors but no `next`.
    Like Meta's, `next` carries an access token.
    """
    start, end = _bounds(params, len(entries), min(_limit(params), max_size))
    shown = entries[start:end]
    page: dict[str, object] = {"data": [render(entry) for entry in shown]}
    if not shown:
        return page
    paging: dict[str, object] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
    if end < len(entries) and url is not None:
        others = {name: params[name] for name in params if name not in ("after", "before")}
        following = {"access_token": "EMULATED", **others, "after": _cursor(end)}
        paging["next"] = f"{url.partition('?')[0]}?{urlencode(following)}"
    return page | {"paging": paging}


def _limit(params: Parameters) -> int:
    limit = params.get("limit", str(PAGE_SIZE))
    if not limit.isdecimal() or len(limit) > 9 or int(limit) < 1:
        raise bad_parameter("limit must be a positive number")
    return int(limit)


def _bounds(params: Parameters, count: int, size: int) -> tuple[int, int]:
    if "before" in params and "after" not in params:
        end = _position(params["before"])
        return max(0, end - size), end
    start = _position(params["after"]) if "after" in params else 0
    return start, min(start + size, count)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"{CURSOR_PREFIX}{position}".encode()).decode().rstrip("=")


def _position(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        return max(0, int(text.removeprefix(CURSOR_PREFIX)))
    except ValueError:
        raise bad_parameter("Invalid cursor") from None
