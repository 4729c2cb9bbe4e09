"""Fetching an operator's file from a URL: only from public hosts, within bounds, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from lambdas.kit.foreign_host import (
    ConnectionFailed,
    FetchAnswer,
    Hop,
    Opener,
    open_connection,
)
from lambdas.kit.foreign_url import HostProblem, HostRefused, hops_of
from lambdas.kit.public_url import Resolve, resolve
from lambdas.publishing.unsuitable import MediaProblem, Unsuitable, unsuitable

REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 3
# For everything together, redirects included: 300 MB take a minute at 40 Mbps.
MAX_SECONDS = 240.0
CHUNK_BYTES = 256 * 1024
# Answers after which the same request may succeed.
PASSING = (408, 425, 429, 500, 502, 503, 504)
MEGABYTE = 1_000_000
PROBLEMS_OF_HOSTS = {
    HostProblem.NOT_ALLOWED: MediaProblem.URL_NOT_ALLOWED,
    HostProblem.NO_ADDRESS: MediaProblem.FETCH_FAILED,
    HostProblem.NOT_PUBLIC: MediaProblem.URL_NOT_PUBLIC,
}


@dataclass(frozen=True)
class FetchRules:
    """How far a fetch goes. `allow_private` is for local mode alone: any address, and http."""

    max_seconds: float = MAX_SECONDS
    allow_private: bool = False
    monotonic: Callable[[], float] = time.monotonic


USUAL_RULES = FetchRules()


@dataclass(frozen=True)
class FetchedFile:
    """What was written: its size in bytes, and the type that the host named, or nothing."""

    size: int
    content_type: str


def fetch(
    url: str,
    target_path: Path,
    max_bytes: int,
    *,
    resolve: Resolve = resolve,
    opener: Opener = open_connection,
    rules: FetchRules = USUAL_RULES,
) -> FetchedFile:
    """Write what a URL leads to into a file. Raises Unsuitable, and leaves no file then.

    Each host is resolved once, all its addresses are judged, and the connection is made to one
    of these: a name that is resolved otherwise a moment later changes nothing.
    """
    deadline = rules.monotonic() + rules.max_seconds
    for redirects in range(MAX_REDIRECTS + 1):
        try:
            hops = hops_of(url, resolve, allow_private=rules.allow_private)
        except HostRefused as error:
            raise _unsuitable_host(error, is_redirect=redirects > 0) from None
        reading = _Reading(hops[0].host, max_bytes, deadline, rules.monotonic)
        reading.check_time()
        with ExitStack() as stack:
            answer = _first_answer(hops, opener, stack)
            if answer.status in REDIRECTS and "location" in answer.headers:
                url = _joined(url, answer.headers["location"])
                continue
            reading.check_answer(answer)
            try:
                size = reading.write(answer, target_path)
            except BaseException:
                target_path.unlink(missing_ok=True)
                raise
            return FetchedFile(size, _type_of(answer))
    raise unsuitable(
        MediaProblem.TOO_MANY_REDIRECTS,
        f"The URL redirects more than {MAX_REDIRECTS} times; give the file's own URL.",
    )


def _unsuitable_host(error: HostRefused, *, is_redirect: bool) -> Unsuitable:
    if error.problem is HostProblem.NOT_PUBLIC and is_redirect:
        return unsuitable(
            MediaProblem.REDIRECT_NOT_PUBLIC,
            f"The URL redirects to {error.host}, whose address is not a public one.",
        )
    code = PROBLEMS_OF_HOSTS[error.problem]
    return unsuitable(code, str(error), retryable=error.problem is HostProblem.NO_ADDRESS)


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise unsuitable(
            MediaProblem.FETCH_REFUSED, "The URL redirects to what is no URL."
        ) from None


def _first_answer(hops: Iterable[Hop], opener: Opener, stack: ExitStack) -> FetchAnswer:
    failed = ""
    for hop in hops:
        try:
            return stack.enter_context(opener(hop))
        except ConnectionFailed as error:
            failed = f"{hop.host} does not answer: {error}."
    raise unsuitable(MediaProblem.FETCH_FAILED, failed, retryable=True)


def _type_of(answer: FetchAnswer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()[:100]


@dataclass(frozen=True)
class _Reading:
    """Reads an answer within bounds."""

    host: str
    max_bytes: int
    deadline: float
    monotonic: Callable[[], float]

    def check_time(self) -> None:
        """Raise Unsuitable once the time is over."""
        if self.monotonic() > self.deadline:
            raise unsuitable(
                MediaProblem.FETCH_TOO_SLOW,
                f"{self.host} sends the file too slowly.",
                retryable=True,
            )

    def check_answer(self, answer: FetchAnswer) -> None:
        """Raise Unsuitable for an answer whose body is not to be read."""
        if answer.status != 200:
            raise unsuitable(
                MediaProblem.FETCH_REFUSED,
                f"{self.host} answers with the status {answer.status} instead of the file.",
                retryable=answer.status in PASSING,
            )
        encoding = answer.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", ""):
            raise unsuitable(
                MediaProblem.FETCH_REFUSED,
                f"{self.host} sends the file compressed, although that was not asked for.",
            )
        if (announced := _announced(answer)) is not None and announced > self.max_bytes:
            raise self._too_large(announced)

    def write(self, answer: FetchAnswer, target_path: Path) -> int:
        """Write the body into a file and return its size."""
        size, announced = 0, _announced(answer)
        with target_path.open("wb") as file:
            while True:
                self.check_time()
                try:
                    part = answer.read(CHUNK_BYTES)
                except ConnectionFailed as error:
                    raise self._incomplete(f"after {size} bytes: {error}") from None
                if not part:
                    break
                size += len(part)
                if size > self.max_bytes:
                    raise self._too_large(None)
                file.write(part)
        if announced is not None and size != announced:
            raise self._incomplete(f"{size} of {announced} bytes arrived")
        return size

    def _too_large(self, size: int | None) -> Unsuitable:
        measured = "more" if size is None else f"{size / MEGABYTE:.1f} MB"
        return unsuitable(
            MediaProblem.FILE_TOO_LARGE,
            f"The file may have at most {self.max_bytes / MEGABYTE:.1f} MB; it has {measured}.",
        )

    def _incomplete(self, detail: str) -> Unsuitable:
        return unsuitable(
            MediaProblem.FETCH_FAILED,
            f"{self.host} did not send the whole file ({detail}).",
            retryable=True,
        )


def _announced(answer: FetchAnswer) -> int | None:
    """Return the announced size, None if it is not said or not as a number."""
    text = answer.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
