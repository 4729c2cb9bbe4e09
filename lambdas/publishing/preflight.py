"""What Meta will find when it fetches a file of ours: looked at before Meta is asked to."""

from __future__ import annotations

from collections.abc import Iterator

from lambdas.graph.transport import Answer, Request, Transport, TransportFailed
from lambdas.publishing.unsuitable import MediaProblem, Problem

FIRST_BYTES = 16
MAX_BYTES = 64 * 1024
MAX_SECONDS = 15.0
# Meta's fetcher names itself so. Source: D:/sharing/webmasters/web-crawlers.
HEADERS = {"User-Agent": "facebookexternalhit/1.1", "Accept-Encoding": "identity"}
STARTS = {"image/jpeg": (0, b"\xff\xd8\xff"), "video/mp4": (4, b"ftyp")}


def preflight(url: str, expected_type: str, length: int, *, transport: Transport) -> Problem | None:
    """Return what would keep Meta from fetching a file, None if nothing does.

    It must answer HEAD, and GET of its first bytes, without a redirect, with its type and length.
    """
    try:
        return next(_problems(url, expected_type, length, transport), None)
    except TransportFailed as error:
        return _problem(f"it cannot be reached: {error}", retryable=True)


def _problems(url: str, expected_type: str, length: int, transport: Transport) -> Iterator[Problem]:
    head = transport.send(Request("HEAD", url, headers=HEADERS, max_seconds=MAX_SECONDS))
    yield from _of_answer("HEAD", head, expected_type, (200,))
    if (said := head.headers.get("content-length")) != str(length):
        yield _problem(f"HEAD names a length of {said} bytes instead of {length}")
    first = HEADERS | {"Range": f"bytes=0-{FIRST_BYTES - 1}"}
    request = Request("GET", url, headers=first, max_seconds=MAX_SECONDS)
    answer = transport.send(request, max(MAX_BYTES, FIRST_BYTES))
    yield from _of_answer("GET", answer, expected_type, (200, 206))
    whole = answer.headers.get("content-range", "").rpartition("/")[2]
    if answer.status == 206 and whole != str(length):
        yield _problem(f"GET names a length of {whole or 'no'} bytes instead of {length}")
    at, start = STARTS.get(expected_type, (0, b""))
    if answer.body[at : at + len(start)] != start:
        yield _problem(f"its first bytes are not those of {expected_type}")


def _of_answer(
    method: str, answer: Answer, expected_type: str, statuses: tuple[int, ...]
) -> Iterator[Problem]:
    if 300 <= answer.status < 400:
        yield _problem(f"{method} is redirected (status {answer.status})")
    elif answer.status not in statuses:
        passing = answer.status in (403, 404, 408, 429) or answer.status >= 500
        yield _problem(f"{method} is answered with the status {answer.status}", retryable=passing)
    found = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != expected_type:
        yield _problem(f"{method} names the type {found or 'of nothing'}, not {expected_type}")


def _problem(detail: str, *, retryable: bool = False) -> Problem:
    return Problem(
        MediaProblem.PREFLIGHT, f"Meta could not fetch the prepared file: {detail}.", retryable
    )
