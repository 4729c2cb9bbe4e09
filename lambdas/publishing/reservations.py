"""How many posts hold a share of an account's quota that they have not used yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lambdas.kit.clock import Clock
from lambdas.publishing.quota import QuotaBook


class Reservations(Protocol):
    """Counts reserved shares."""

    def reserved(self, account_id: str) -> int:
        """Return how many shares of an account's quota are reserved."""


@dataclass(frozen=True)
class HeldShares:
    """Counts the shares that the quotas hold now."""

    book: QuotaBook
    clock: Clock

    def reserved(self, account_id: str) -> int:
        """Return how many shares of an account's quota are reserved."""
        return self.book.reserved(account_id, self.clock.now())
