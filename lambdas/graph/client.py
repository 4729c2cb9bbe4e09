"""The Instagram client: is handed a token and a transport, and knows nothing of AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from lambdas.graph.errors import GraphError, ReconnectRequired, RequestRefused, RetryLater
from lambdas.graph.media import FIELDS, Media, media_of
from lambdas.graph.transport import Request, Transport, TransportFailed

PAGE_SIZE = 50
MOST_PAGES = 200  # The edge gives the 10,000 newest media; no account has more pages than this.

TOKEN_DEAD = (102, 190)
THROTTLED = (4, 17, 32, 341, 613, 80001, 80002, 80006)
PASSING = (1, 2)


class GraphClient:
    """Calls of one account. `base` is the address of the data host with its version; `account_id` may be `me`."""

    def __init__(self, base: str, account_id: str, token: str, transport: Transport) -> None:
        self._base = base.rstrip("/")
        self._account_id = account_id
        self._token = token
        self._transport = transport

    def __repr__(self) -> str:
        return f"GraphClient({self._account_id})"

    def media(self, since: datetime, until: datetime) -> Iterator[Media]:
        """The account's media with a time in `[since, until)`, newest first.

        Raises RetryLater, ReconnectRequired or RequestRefused; a page that cannot be read ends the iteration with one of them, so
        that a listing that ends without an error is whole.
        """
        # `until` is taken as inclusive or exclusive depending on who is asked: one second more is asked for, and filtered here.
        query = {
            "fields": ",".join(FIELDS),
            "limit": str(PAGE_SIZE),
            "since": str(int(since.timestamp()) - 1),
            "until": str(int(until.timestamp()) + 1),
        }
        for _ in range(MOST_PAGES):
            page = self._get(f"{self._account_id}/media", query)
            for raw in page["data"]:
                media = _media_or_retry(raw)
                if media.timestamp is None or media.timestamp >= until:
                    continue
                if media.timestamp < since:
                    return
                yield media
            after = _after(page)
            if after is None:
                return
            query["after"] = after
        raise RetryLater

    def _get(self, edge: str, query: Mapping[str, str]) -> dict[str, Any]:
        request = Request("GET", f"{self._base}/{edge}", query, {"Authorization": f"Bearer {self._token}"})
        try:
            answer = self._transport.send(request)
        except TransportFailed:
            raise RetryLater from None
        try:
            body = answer.json()
        except ValueError:
            raise RetryLater(status=answer.status) from None
        if isinstance(body, dict) and "error" in body:
            raise _error(answer.status, body["error"])
        if answer.status != 200 or not isinstance(body, dict) or not isinstance(body.get("data"), list):
            raise RetryLater(status=answer.status)
        return body


def _media_or_retry(raw: Any) -> Media:
    if not isinstance(raw, Mapping) or "id" not in raw:
        raise RetryLater(status=200)
    return media_of(raw)


def _after(page: Mapping[str, Any]) -> str | None:
    """The cursor of the next page. `paging.next` tells that there is one; it holds the token, so it is only looked at."""
    paging = page.get("paging")
    if not isinstance(paging, Mapping) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, Mapping) else None
    return after if isinstance(after, str) and after else None


def _error(status: int, raw: Any) -> GraphError:
    """Which error of the tree an error object is: by its code, never by its text or type."""
    raw = raw if isinstance(raw, Mapping) else {}
    code, subcode = _number(raw, "code"), _number(raw, "error_subcode")
    trace_id = raw.get("fbtrace_id")
    if code in TOKEN_DEAD:
        kind: type[GraphError] = ReconnectRequired
    elif code is None or code in THROTTLED or code in PASSING or raw.get("is_transient") is True or status == 429 or status >= 500:
        kind = RetryLater
    else:
        kind = RequestRefused
    return kind(status=status, code=code, subcode=subcode, trace_id=trace_id if isinstance(trace_id, str) else None)


def _number(raw: Mapping[str, Any], name: str) -> int | None:
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
