"""Identical reads at the same time are one call: within a process, and, through a store, across functions."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any, Protocol, TypeVar

from lambdas.graph.errors import Cause, RetryLater


def request_key(account_id: str, url: str, query: Mapping[str, str]) -> str:
    """What two identical reads of an account have in common; nothing can be read out of it."""
    text = json.dumps([account_id, url, sorted(query.items())])
    return hashlib.sha256(text.encode()).hexdigest()


Shared = TypeVar("Shared")
# How many leaders that failed one waits for before reading oneself.
MAX_LEADERS = 3


class CoalescingStore(Protocol):
    """Lets one of several processes read, and hands its answer to the others."""

    def lead(self, key: str) -> bool:
        """Whether the caller is the one who reads. A lead that nothing came of runs out."""

    def put(self, key: str, body: Any) -> None:
        """Hands an answer out, for a moment."""

    def give_up(self, key: str) -> None:
        """Ends a lead without an answer."""

    def wait(self, key: str) -> tuple[bool, Any]:
        """Waits for the leader's answer: whether there is one, and which."""


class NoCoalescingStore:
    """Every process reads for itself."""

    def lead(self, key: str) -> bool:
        """Always."""
        return True

    def put(self, key: str, body: Any) -> None:
        """Nobody else waits."""

    def give_up(self, key: str) -> None:
        """Nobody else waits."""

    def wait(self, key: str) -> tuple[bool, Any]:
        """There is nobody to wait for."""
        return False, None


class RequestCoalescer:
    """Runs a read once for all who ask for it while it runs."""

    def __init__(self, store: CoalescingStore | None = None) -> None:
        self._store = store or NoCoalescingStore()
        self._running: dict[str, Future[Any]] = {}
        self._lock = threading.Lock()

    def share(self, key: str, read: Callable[[], Any]) -> Any:
        """What `read` gives, or what it gave to somebody who asked a moment before; its error is everybody's error."""
        with self._lock:
            running = self._running.get(key)
            mine: Future[Any] | None = None if running else Future()
            if mine:
                self._running[key] = mine
        if running:
            return running.result()
        assert mine is not None
        try:
            body = self._across(key, read)
        except BaseException as error:
            self._end(key)
            # That this thread was interrupted is no concern of those who wait for its answer.
            mine.set_exception(
                error
                if isinstance(error, Exception)
                else RetryLater(Cause(), "the reading was interrupted")
            )
            raise
        self._end(key)
        mine.set_result(body)
        return body

    def _end(self, key: str) -> None:
        with self._lock:
            self._running.pop(key, None)

    def _across(self, key: str, read: Callable[[], Any]) -> Any:
        led = False
        for _ in range(MAX_LEADERS):
            led = self._safely(partial(self._store.lead, key), True)
            if led:
                break
            found, body = self._safely(partial(self._store.wait, key), (False, None))
            if found:
                return body
        try:
            body = read()
        except BaseException:
            if led:
                self._safely(partial(self._store.give_up, key), None)
            raise
        if led:
            self._safely(partial(self._store.put, key, body), None)
        return body

    def _safely(self, action: Callable[[], Shared], otherwise: Shared) -> Shared:
        """What the store says, or, if it is disturbed, what leads to reading oneself."""
        try:
            return action()
        except Exception:
            return otherwise
