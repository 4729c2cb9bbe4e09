"""Which accounts Instagram could not be reached for: they are not asked again for a while.

In an outage each call may take its whole time limit, and a message holds many updates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lambdas.kit.clock import Clock

PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Patience:
    """Remembers failures, in this instance of the function."""

    clock: Clock
    _until: dict[str, datetime] = field(default_factory=dict, init=False, repr=False)

    def waits(self, account_id: str) -> bool:
        """Return whether an account is not asked for at the moment."""
        until = self._until.get(account_id)
        return until is not None and self.clock.now() < until

    def failed(self, account_id: str) -> None:
        """Record that a call failed."""
        self._until[account_id] = self.clock.now() + PAUSE
