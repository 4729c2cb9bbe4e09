"""The accounts whose posts have stopped, as the workflow sees them."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.kit.clock import Clock
from lambdas.publishing.account_state import AccountStates


@dataclass(frozen=True)
class Stops:
    """Stops the posts of accounts, and tells which are stopped."""

    states: AccountStates
    clock: Clock

    def stopped(self, account_id: str) -> str | None:
        """Return the code of why an account's posts have stopped, or None."""
        return self.states.read(account_id).stopped_code

    def stop(self, account_id: str, code: str) -> bool:
        """Stop all posts of an account until a person resumes them; return whether that is new."""
        return self.states.stop(account_id, code, self.clock.now())
