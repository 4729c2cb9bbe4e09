"""The second half of everything: what was interrupted goes on, and promises are watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from aws_lambda_powertools import Logger

from lambdas.comments.acting.queue import Actions
from lambdas.comments.escalations import Escalations
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.records import Action, Item
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
        overdue = failed = 0
        for entry in islice(self.ledger.due(self.clock.now()), MAX_ENTRIES):
            try:
                overdue += self._look_at(entry)
            except Exception as error:
                failed += 1
                extra = {"entry": entry.id, "cause": type(error).__name__}
                self.logger.exception("an entry could not be looked at", extra=extra)
        self.emit(InboxOverdue=overdue, InboxSweeps=1)
        if failed:
            raise RuntimeError(f"{failed} entries of the inbox could not be looked at")
        return overdue

    def _look_at(self, entry: Item | Action) -> bool:
        """Go on with an entry; return whether it is a broken promise."""
        if isinstance(entry, Action):
            self.queue.put(entry.id)
            return False
        if not entry.checked:
            self.complete(entry.id)
            return False
        if entry.escalation is None:
            return False
        self.escalations.report(entry)
        if entry.escalation.due_at > self.clock.now():
            return False
        current = self.ledger.item(entry.id)
        if current:
            self.escalations.report_overdue(current)
        return True
