"""One call, and what the client needs from outside to make it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from lambdas.graph.transport import Transport
from lambdas.graph.verb import Verb


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""


class Log(Protocol):
    """A structured logger: the standard library's or Powertools'."""

    def info(self, msg: str, *, extra: Mapping[str, object]) -> None:
        """Log an ordinary event."""

    def warning(self, msg: str, *, extra: Mapping[str, object]) -> None:
        """Log an event that needs attention."""


@dataclass(frozen=True)
class Call:
    """One call. `edge` names it in logs and errors and holds no secret.

    `secret_query` holds parameters that must not be shown; the token goes there only for endpoints
    that read it nowhere else.
    """

    method: str
    url: str
    edge: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_query: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: object = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    scheme: str = "Bearer"
    verb: Verb = Verb.READ
    permission: str | None = None
    retried: bool = True
    """Whether the call is repeated after a passing fault; changes never are."""
    looked_again: bool = False
    """Whether a missing object was already requested a second time."""
    shareable: bool = True
    """Whether concurrent callers may share one answer. Never for answers that hold a token."""


@dataclass(frozen=True)
class ClientDependencies:
    """What the client needs from outside: network, time, randomness, log and metrics."""

    transport: Transport
    clock: Clock
    log: Log
    count: Callable[[str], None] = lambda _: None
    """Count an occurrence under a metric's name."""
    measure: Callable[[str, float], None] = lambda _, __: None
    """Record a value under a metric's name."""
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)
    deadline: timedelta = timedelta(seconds=20)
    """The time for a read with all its retries."""
