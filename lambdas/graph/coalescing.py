"""Request coalescing: concurrent identical reads are one call.

It works within a process, and across processes with a store that they share.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Protocol, TypeVar

from lambdas.graph.decoding import Json
from lambdas.graph.errors import Cause, RetryLater

Result = TypeVar("Result")
# How many holders of the lease may fail before a caller reads for itself.
MAX_WAITS = 3


def request_key(identity: str, url: str, query: Mapping[str, str]) -> str:
    """Return a hash that identical reads of an account share; it reveals nothing."""
    text = json.dumps([identity, url, sorted(query.items())])
    return hashlib.sha256(text.encode()).hexdigest()


class CoalescingStore(Protocol):
    """A lease on each read, and the answer of its holder for those who wait."""

    def acquire(self, key: str, /) -> bool:
        """Take the lease; return whether the caller makes the call. An unused lease expires."""

    def publish(self, key: str, body: Json, /) -> None:
        """Store the answer for those who wait, and end the lease."""

    def release(self, key: str, /) -> None:
        """End the lease without an answer."""

    def wait(self, key: str, /) -> tuple[bool, Json]:
        """Wait while the lease runs; return whether there is an answer, and which."""


class NoCoalescingStore:
    """Lets every process make its own calls."""

    def acquire(self, _key: str) -> bool:
        """Always grant the lease."""
        return True

    def publish(self, _key: str, _body: Json) -> None:
        """Drop the answer: no other process waits."""

    def release(self, _key: str) -> None:
        """Do nothing."""

    def wait(self, _key: str) -> tuple[bool, Json]:
        """Return that there is no answer."""
        return False, None


class MemoryCoalescingStore:
    """An in-memory fake for one thread: an answer is for those who wait at that moment only."""

    def __init__(self) -> None:
        self.published: list[tuple[str, Json]] = []
        self._held: set[str] = set()

    def acquire(self, key: str) -> bool:
        """Take the lease unless it is held."""
        is_free = key not in self._held
        self._held.add(key)
        return is_free

    def publish(self, key: str, body: Json) -> None:
        """Record the answer, and end the lease."""
        self.published.append((key, body))
        self.release(key)

    def release(self, key: str) -> None:
        """End the lease."""
        self._held.discard(key)

    def wait(self, key: str) -> tuple[bool, Json]:
        """Return that there is no answer: whatever was published is older than this call."""
        self.release(key)
        return False, None


class RequestCoalescer:
    """Makes a read once for all callers that request it while it runs."""

    def __init__(self, store: CoalescingStore | None = None) -> None:
        self._store = store or NoCoalescingStore()
        self._running: dict[str, Future[Json]] = {}
        self._lock = threading.Lock()

    def share(self, key: str, read: Callable[[], Json]) -> Json:
        """Return the result of `read`, or of the same read that is already running.

        Its error is raised for every caller.
        """
        own: Future[Json] = Future()
        with self._lock:
            first = self._running.setdefault(key, own)
        if first is not own:
            return first.result()
        try:
            body = self._across_processes(key, read)
        except BaseException as error:
            self._end(key)
            # An interrupt of this thread does not concern those who wait for its answer.
            own.set_exception(
                error
                if isinstance(error, Exception)
                else RetryLater(Cause(), "the read was interrupted")
            )
            raise
        self._end(key)
        own.set_result(body)
        return body

    def _end(self, key: str) -> None:
        with self._lock:
            self._running.pop(key, None)

    def _across_processes(self, key: str, read: Callable[[], Json]) -> Json:
        has_lease = False
        for _ in range(MAX_WAITS):
            has_lease = self._or(lambda: self._store.acquire(key), True)
            if has_lease:
                break
            found, body = self._or(lambda: self._store.wait(key), (False, None))
            if found:
                return body
        try:
            body = read()
        except BaseException:
            if has_lease:
                self._or(lambda: self._store.release(key), None)
            raise
        if has_lease:
            self._or(lambda: self._store.publish(key, body), None)
        return body

    def _or(self, action: Callable[[], Result], default: Result) -> Result:
        """Return the store's result, or, if the store fails, the default that leads to a read."""
        try:
            return action()
        except Exception:
            return default
