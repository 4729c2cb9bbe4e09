"""One call, and what whoever makes it needs from outside."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from lambdas.graph.classify import Verb
from lambdas.graph.transport import Transport


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present, aware and in UTC."""


class Log(Protocol):
    """Takes structured lines: a logger of the standard library, or one of Powertools."""

    def info(self, msg: str, *, extra: Mapping[str, Any]) -> None:
        """A line about an ordinary thing."""

    def warning(self, msg: str, *, extra: Mapping[str, Any]) -> None:
        """A line about a thing to look at."""


@dataclass(frozen=True)
class Call:
    """One call: what is asked of which address. `edge` names it in logs and errors and holds no secret.

    `secret_query` are parameters that must not be seen; the token goes there only where an endpoint reads it nowhere else.
    """

    method: str
    url: str
    edge: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_query: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    scheme: str = "Bearer"
    verb: Verb = "read"
    permission: str | None = None
    looked_again: bool = False
    """Whether an object that was missing was asked for once more already."""
    shareable: bool = True
    """Whether several who ask the same at the same time may get one answer. Never for answers that hold a token."""


@dataclass(frozen=True)
class ClientDependencies:
    """What a caller needs from outside: network, time, chance, and where to write."""

    transport: Transport
    clock: Clock
    log: Log
    count: Callable[[str], None] = lambda _: None
    """Counts an occurrence under a metric's name."""
    measure: Callable[[str, float], None] = lambda _, __: None
    """Takes a number under a metric's name."""
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)
    deadline: timedelta = timedelta(seconds=20)
    """How long a read may take with all its retries."""
