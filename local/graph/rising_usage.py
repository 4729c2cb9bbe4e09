"""Usage that rises with each call, in a rolling window of the emulated time.

Like Meta's, a limit counts refused calls too: to call on prolongs the block.
"""

from __future__ import annotations

import json
import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

APP = "app"
APP_CODE, ACCOUNT_CODE = 4, 80002
APP_HEADER, BUSINESS_HEADER = "X-App-Usage", "X-Business-Use-Case-Usage"


@dataclass
class RisingUsage:
    """The usage of an account, or of the app, by the calls of the last `window`."""

    name: str
    """The account's id, or `app`."""
    percent_per_call: float
    window: timedelta = timedelta(hours=1)
    calls: deque[datetime] = field(default_factory=deque)
    _lock: RLock = field(default_factory=RLock, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raise ValueError for values without a meaning."""
        if not 0 < self.percent_per_call <= 100:
            raise ValueError("percent_per_call must be above 0 and at most 100")
        if self.window <= timedelta():
            raise ValueError("window_minutes must be above 0")

    @property
    def code(self) -> int:
        """Return the code of the throttle error."""
        return APP_CODE if self.name == APP else ACCOUNT_CODE

    @property
    def max_calls(self) -> int:
        """Return how many calls use up the limit."""
        return math.ceil(100 / self.percent_per_call)

    def count(self, now: datetime) -> bool:
        """Count a call; return whether the limit was used up before it."""
        with self._lock:
            is_blocked = self.minutes_blocked(now) > 0
            self.calls.append(now)
            return is_blocked

    def percent(self, now: datetime) -> float:
        """Return the used share, at most 100."""
        with self._lock:
            self._forget(now)
            return min(100, len(self.calls) * self.percent_per_call)

    def minutes_blocked(self, now: datetime) -> int:
        """Return the whole minutes until a call is allowed; 0 if one is."""
        with self._lock:
            self._forget(now)
            surplus = len(self.calls) - self.max_calls
            if surplus < 0:
                return 0
            free_at = self.calls[surplus] + self.window
        return max(1, math.ceil((free_at - now) / timedelta(minutes=1)))

    def headers(self, now: datetime) -> dict[str, str]:
        """Return the usage header that reports this limit."""
        percent = int(self.percent(now))
        usage = {"call_count": percent, "total_cputime": percent // 2, "total_time": percent // 2}
        if self.name == APP:
            return {APP_HEADER: json.dumps(usage)}
        minutes = self.minutes_blocked(now)
        entry = {"type": "instagram", **usage, "estimated_time_to_regain_access": minutes}
        return {BUSINESS_HEADER: json.dumps({self.name: [entry]})}

    def _forget(self, now: datetime) -> None:
        while self.calls and self.calls[0] <= now - self.window:
            self.calls.popleft()
