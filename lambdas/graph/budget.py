"""The budget of calls, shared by all who call for the same app or the same account.

From 80 % of a limit calls slow down; from 95 %, or once Meta has throttled, none is made until the time is over that Meta gave. Calling on
would prolong the block. One account's block does not hold up another one.
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
SLOWEST = timedelta(seconds=3)
FIRST_BLOCK = timedelta(minutes=1)
MAX_BLOCK = timedelta(hours=1)
# What a limit was used to, an hour ago, says nothing of now.
FORGOTTEN_AFTER = timedelta(hours=1)
WORTH_STORING = 70.0


@dataclass(frozen=True)
class BudgetState:
    """What is known of one limit. `throttles` counts the blocks in a row for which Meta gave no time."""

    percent: float = 0.0
    seen_at: datetime | None = None
    blocked_until: datetime | None = None
    throttles: int = 0


class BudgetStore(Protocol):
    """Keeps the states of limits by name. A name is `app:<id>` or `account:<id>`."""

    def read(self, names: tuple[str, ...]) -> dict[str, BudgetState]:
        """The states of those names that are known."""

    def write(self, name: str, state: BudgetState) -> None:
        """Keeps a state."""


class MemoryBudgetStore:
    """A store for one process."""

    def __init__(self) -> None:
        self.states: dict[str, BudgetState] = {}

    def read(self, names: tuple[str, ...]) -> dict[str, BudgetState]:
        """The states of those names that are known."""
        return {name: self.states[name] for name in names if name in self.states}

    def write(self, name: str, state: BudgetState) -> None:
        """Keeps a state."""
        self.states[name] = state


class Budget:
    """The limits that one account's calls fall under: the app's and the account's own."""

    def __init__(
        self, store: BudgetStore, app_id: str, account_id: str, rng: random.Random
    ) -> None:
        self._store = store
        self._app = f"app:{app_id}"
        self._account = f"account:{account_id}"
        self._rng = rng

    def ask(self, now: datetime, edge: str) -> timedelta:
        """How long to wait before a call. Raises Throttled if none is allowed now."""
        states = self._store.read((self._app, self._account))
        blocked = {
            name: state.blocked_until
            for name, state in states.items()
            if state.blocked_until and state.blocked_until > now
        }
        if blocked:
            until = max(blocked.values())
            of_app = blocked.get(self._app) == until
            raise Throttled(
                Cause(edge=edge),
                "the budget allows no call before that time",
                until - now,
                of_app=of_app,
            )
        fresh = [
            state.percent
            for state in states.values()
            if state.seen_at and now - state.seen_at < FORGOTTEN_AFTER
        ]
        over = max((*fresh, 0.0)) - SLOW_FROM
        return (
            SLOWEST * self._rng.uniform(0.5, 1) * min((over + 1) / (STOP_FROM - SLOW_FROM), 1)
            if over >= 0
            else timedelta()
        )

    def learn(self, now: datetime, reported: ReportedUsage) -> None:
        """Takes what an answer said of the limits."""
        states = self._store.read((self._app, self._account))
        for name, usage in ((self._app, reported.app), (self._account, reported.account)):
            if usage:
                self._learn(now, name, states.get(name, BudgetState()), usage)

    def _learn(self, now: datetime, name: str, known: BudgetState, usage: Usage) -> None:
        if (
            max(usage.percent, known.percent) < WORTH_STORING
            and not usage.wait
            and not known.throttles
        ):
            return
        state = replace(known, percent=usage.percent, seen_at=now)
        if usage.percent >= STOP_FROM or usage.wait:
            state = self._blocked(now, state, usage.wait)
        elif not known.blocked_until or known.blocked_until <= now:
            state = replace(state, throttles=0)
        self._store.write(name, state)

    def throttled(self, now: datetime, error: Throttled) -> Throttled:
        """Blocks the limit that Meta named; the error with the time until then."""
        name = self._app if error.of_app else self._account
        state = self._blocked(
            now, self._store.read((name,)).get(name, BudgetState()), error.retry_after
        )
        self._store.write(name, state)
        until = (state.blocked_until or now) - now
        return Throttled(error.cause, error.meaning, until, of_app=error.of_app)

    def _blocked(self, now: datetime, state: BudgetState, wait: timedelta | None) -> BudgetState:
        """Until the time that Meta gave, else exponentially from a minute, with full jitter above half of it."""
        if state.blocked_until and state.blocked_until > now and not wait:
            # Of those who called at the same time each is told the same: that is one block, and no reason for a longer one.
            return replace(state, seen_at=now)
        longest = min(FIRST_BLOCK * 2**state.throttles, MAX_BLOCK)
        until = now + (wait or longest * self._rng.uniform(0.5, 1))
        if state.blocked_until and state.blocked_until > until:
            until = state.blocked_until
        return replace(
            state,
            seen_at=now,
            blocked_until=until,
            throttles=0 if wait else min(state.throttles + 1, 10),
        )
