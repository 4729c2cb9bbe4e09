"""The second half of everything: what was interrupted goes on, and promises are watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from lambdas.comments.acting.queue import Actions
from lambdas.comments.escalations import Escalations
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.logged import logged_id
from lambdas.comments.records import Action, Item, ItemState
from lambdas.kit.clock import Clock

MAX_ENTRIES = 2000


@dataclass(frozen=True, kw_only=True)
class InboxSweep:
    """Looks at everything that is due. `complete` goes on with an item, by its id."""

    ledger: InboxLedger
    queue: Actions
    complete: Callable[[str], None]
    escalations: Escalations
    clock: Clock
    logger: Logger
    emit: Callable[..., None]

    def run(self) -> int:
        """Look at what is due; return how many promises are broken. One entry stops no other."""
        overdue = failed = worked = 0
        for entry in self.ledger.due(self.clock.now()):
            if self._is_known(entry):
                # However many they are: what comes after them has its turn too.
                overdue += 1
                continue
            if worked >= MAX_ENTRIES:
                break
            worked += 1
            try:
                overdue += self._look_at(entry)
            except Exception as error:
                failed += 1
                extra = {"entry": logged_id(entry.id), "cause": type(error).__name__}
                self.logger.exception("an entry could not be looked at", extra=extra)
        self.emit(InboxOverdue=overdue, InboxSweeps=1)
        if failed:
            raise RuntimeError(f"{failed} entries of the inbox could not be looked at")
        return overdue

    def _is_known(self, entry: Item | Action) -> bool:
        """Return whether an entry is a broken promise that people were notified of."""
        if isinstance(entry, Action) or not entry.checked or entry.escalation is None:
            return False
        return entry.escalation.reported and entry.escalation.overdue_reported

    def _look_at(self, entry: Item | Action) -> bool:
        """Go on with an entry; return whether it is a broken promise."""
        if isinstance(entry, Action):
            self.queue.put(entry.id)
            return False
        # The index lags: people may have dealt with it since.
        item = self.ledger.item(entry.id)
        if item is None:
            return False
        if not item.checked:
            self.complete(item.id)
            return False
        if item.escalation is None or item.state is not ItemState.ESCALATED:
            return False
        self.escalations.report(item)
        if item.escalation.due_at > self.clock.now():
            return False
        current = self.ledger.item(item.id)
        if current and current.state is ItemState.ESCALATED:
            self.escalations.report_overdue(current)
        return True
