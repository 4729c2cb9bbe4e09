"""The deletion of one feature's part of an account's data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from lambdas.kit.clock import Clock
from lambdas.storage.events.deletion_mark import DeletionMarks


class DataLeft(Exception):
    """A second look found data again: the deletion has to be repeated."""


@dataclass(frozen=True, kw_only=True)
class AccountDeletion(ABC):
    """Deletes what `feature` stores of an account; every step can be repeated."""

    feature: str
    marks: DeletionMarks
    clock: Clock

    def delete(self, account_id: str, requested_at: datetime) -> int:
        """Delete everything of an account; return how many rows there were.

        The account is marked first, so that no work in progress writes a row again. Nothing is done
        if this deletion, or that of a later request, is complete. Raises DataLeft if a second look
        still finds rows.
        """
        if self.marks.is_repeated(account_id, requested_at, self.clock.now(), self.feature):
            return 0
        self.marks.mark(account_id, requested_at)
        deleted = self.delete_rows(account_id)
        if self.delete_rows(account_id):
            raise DataLeft
        self.marks.finish(account_id, requested_at, self.clock.now(), self.feature)
        return deleted

    @abstractmethod
    def delete_rows(self, account_id: str) -> int:
        """Delete the rows that are found; return how many there were."""
