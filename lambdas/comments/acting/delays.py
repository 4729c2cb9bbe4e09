"""Delays of actions: until another attempt, another look, or another action's end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from lambdas.comments.acting import refusals
from lambdas.comments.acting.effects import ANSWERS
from lambdas.comments.acting.endings import Endings
from lambdas.comments.acting.queue import Actions
from lambdas.comments.acting.refusals import refusal_of
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.records import Action, Intent
from lambdas.graph.errors import RetryLater, Throttled
from lambdas.kit.clock import Clock

LOOK_PAUSE = timedelta(seconds=40)
FIRST_PAUSE, MAX_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
MAX_ATTEMPTS, MAX_AGE = 8, timedelta(hours=24)
# A question gets an answer by then without a person, or a person at once.
RULES_MAX_AGE = timedelta(minutes=5)


@dataclass(frozen=True)
class Delays:
    """Records when an action is due again, or ends one that would be too old by then."""

    ledger: InboxLedger
    queue: Actions
    endings: Endings
    clock: Clock

    def later(self, action: Action, pause: timedelta) -> Action:
        """Perform an action again after a pause."""
        due_at = self.clock.now() + pause
        _, (saved,) = self.ledger.save(actions=[replace(action, due_at=due_at)])
        self.queue.put(saved.id, pause)
        return saved

    def retry(self, action: Action, error: RetryLater) -> Action:
        """Make a call again later that Instagram did not take now; give it up in the end."""
        refusal = refusal_of(error, action.kind)
        attempts = action.attempts + (0 if isinstance(error, Throttled) else 1)
        if attempts >= MAX_ATTEMPTS:
            return self.endings.give_up(action, refusal, str(error))
        pause = max(error.retry_after or timedelta(), min(FIRST_PAUSE * 2**attempts, MAX_PAUSE))
        if self.is_too_old(action, pause):
            return self.endings.give_up(action, refusals.TOO_LATE, str(error))
        failure = self.endings.failure(refusal)
        tried = replace(action, attempts=attempts, last_error=str(error), failure=failure)
        return self.later(tried, pause)

    def doubt(self, action: Action, error: str) -> Action:
        """Look later for the effect of a call whose answer was lost."""
        intent = replace(action.intent or Intent(at=self.clock.now()), doubtful=True)
        return self.later(replace(action, intent=intent, last_error=error), LOOK_PAUSE)

    def look_again(self, action: Action, pause: timedelta, error: str) -> Action:
        """Look again later for an effect that could not be looked for now."""
        if self.is_too_old(action, pause):
            # For an answer of a rule a person is asked, who can look.
            return self.endings.uncertain(action, error)
        return self.later(replace(action, last_error=error), pause)

    def is_too_old(self, action: Action, pause: timedelta = timedelta()) -> bool:
        """Return whether an action is not tried any more, now or after a pause."""
        is_answer = action.rule is not None and action.kind in ANSWERS
        max_age = RULES_MAX_AGE if is_answer else MAX_AGE
        return self.clock.now() + pause - action.created_at > max_age
