"""The call budget that all callers of the same app or account share.

From 80 % of a limit calls slow down. From 95 %, or once Meta has throttled, no call is made until
the time that Meta gave: calling on would prolong the block. A block of one account leaves the
others alone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from lambdas.graph.errors import Cause, Throttled
from lambdas.graph.usage import ReportedUsage, Usage

SLOW_FROM = 80.0
STOP_FROM = 95.0
MAX_SLOWDOWN = timedelta(seconds=3)
FIRST_BLOCK = timedelta(minutes=1)
MAX_BLOCK = timedelta(hours=1)
MAX_THROTTLES = 10
# A share that was reported an hour ago no longer holds.
USAGE_TTL = timedelta(hours=1)
MIN_STORED = 70.0


@dataclass(frozen=True)
class BudgetState:
    """The state of one limit. `throttles` counts consecutive blocks without a time from Meta."""

    percent: float = 0.0
    seen_at: datetime | None = None
    blocked_until: datetime | None = None
    throttles: int = 0


class BudgetStore(Protocol):
    """Stores the states of limits by name: `app:<id>` or `account:<id>`."""

    def read(self, names: tuple[str, ...]) -> dict[str, BudgetState]:
        """Return the known states of these names."""

    def write(self, name: str, state: BudgetState) -> None:
        """Store a state."""


class MemoryBudgetStore:
    """A budget store for one process."""

    def __init__(self) -> None:
        self.states: dict[str, BudgetState] = {}

    def read(self, names: tuple[str, ...]) -> dict[str, BudgetState]:
        """Return the known states of these names."""
        return {name: self.states[name] for name in names if name in self.states}

    def write(self, name: str, state: BudgetState) -> None:
        """Store a state."""
        self.states[name] = state


class Budget:
    """The limits that one account's calls count against: the app's and the account's own.

    Work that can wait stops at a `max_usage` below STOP_FROM and leaves the rest to other calls.
    """

    def __init__(
        self,
        store: BudgetStore,
        app_id: str,
        account_id: str,
        rng: random.Random,
        max_usage: float = STOP_FROM,
    ) -> None:
        self._store = store
        self._max_usage = max_usage
        self._app = f"app:{app_id}"
        self._account = f"account:{account_id}"
        self._rng = rng

    def wait(self, now: datetime, edge: str) -> timedelta:
        """Return how long to wait before a call. Raises Throttled if no call is allowed."""
        states = self._store.read((self._app, self._account))
        blocked = {
            name: state.blocked_until
            for name, state in states.items()
            if state.blocked_until and state.blocked_until > now
        }
        if blocked:
            until = max(blocked.values())
            raise Throttled(
                Cause(edge=edge),
                "the call budget is used up",
                until - now,
                of_app=blocked.get(self._app) == until,
            )
        fresh = [
            state.percent
            for state in states.values()
            if state.seen_at and now - state.seen_at < USAGE_TTL
        ]
        if self._max_usage <= max((*fresh, 0.0)) and self._max_usage < STOP_FROM:
            raise Throttled(
                Cause(edge=edge), "the share of the call budget for this work is used up"
            )
        over = max((*fresh, 0.0)) - SLOW_FROM
        if over < 0:
            return timedelta()
        share = min((over + 1) / (STOP_FROM - SLOW_FROM), 1)
        return MAX_SLOWDOWN * self._rng.uniform(0.5, 1) * share

    def learn(self, now: datetime, reported: ReportedUsage) -> None:
        """Store the usage that an answer reported."""
        states = self._store.read((self._app, self._account))
        for name, usage in ((self._app, reported.app), (self._account, reported.account)):
            if usage:
                self._learn(now, name, states.get(name, BudgetState()), usage)

    def _learn(self, now: datetime, name: str, known: BudgetState, usage: Usage) -> None:
        is_low = max(usage.percent, known.percent) < MIN_STORED
        if is_low and not usage.wait and not known.throttles:
            return
        state = replace(known, percent=usage.percent, seen_at=now)
        if usage.percent >= STOP_FROM or usage.wait:
            state = self._blocked(now, state, usage.wait)
        elif not known.blocked_until or known.blocked_until <= now:
            state = replace(state, throttles=0)
        self._store.write(name, state)

    def throttled(self, now: datetime, error: Throttled) -> Throttled:
        """Block the limit that Meta named; return the error with the time until it is lifted."""
        name = self._app if error.of_app else self._account
        known = self._store.read((name,)).get(name, BudgetState())
        state = self._blocked(now, known, error.retry_after)
        self._store.write(name, state)
        until = (state.blocked_until or now) - now
        return Throttled(error.cause, error.meaning, until, of_app=error.of_app)

    def _blocked(self, now: datetime, state: BudgetState, wait: timedelta | None) -> BudgetState:
        """Block until the time that Meta gave, else exponentially from a minute, with jitter."""
        if state.blocked_until and state.blocked_until > now and not wait:
            # Concurrent calls are all throttled: that is one block, and no reason for a longer one.
            return replace(state, seen_at=now)
        longest = min(FIRST_BLOCK * 2**state.throttles, MAX_BLOCK)
        until = now + (wait or longest * self._rng.uniform(0.5, 1))
        if state.blocked_until and state.blocked_until > until:
            until = state.blocked_until
        throttles = 0 if wait else min(state.throttles + 1, MAX_THROTTLES)
        return replace(state, seen_at=now, blocked_until=until, throttles=throttles)
