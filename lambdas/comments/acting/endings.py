"""How actions end: done, failed, or uncertain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from lambdas.comments.acting import refusals
from lambdas.comments.acting.effects import Effects
from lambdas.comments.acting.refusals import Refusal
from lambdas.comments.acting.rivals import REPEATABLE
from lambdas.comments.logged import logged_id
from lambdas.comments.records import Action, ActionState, Failure
from lambdas.comments.refused_writes import ResultClaimed
from lambdas.kit.clock import Clock


@dataclass(frozen=True)
class Endings:
    """Records how an action ended, with its effect on the inbox."""

    effects: Effects
    clock: Clock
    logger: Logger
    emit: Callable[..., None]

    def succeed(self, action: Action, result_id: str | None) -> Action:
        """Record that an action had its effect; its thread is settled first.

        Raises ResultClaimed if what was seen is another action's.
        """
        now = self.clock.now()
        self.effects.before_done(action)
        done = replace(
            action,
            state=ActionState.DONE,
            result_id=result_id,
            done_at=now,
            intent=None,
            failure=None,
        )
        try:
            saved = self.effects.save(done)
        except ResultClaimed:
            if action.intent and action.intent.doubtful:
                raise
            # It was made by this call: another action has taken it for its own.
            saved = self.effects.save(replace(done, result_id=None))
        self.emit(ActionsDone=1)
        return saved

    def uncertain(self, action: Action, error: str) -> Action:
        """End an action that may have had its effect: a person looks."""
        failure = self.failure(refusals.UNCERTAIN)
        ended = replace(
            action, state=ActionState.UNCERTAIN, failure=failure, last_error=error, intent=None
        )
        saved = self.effects.save(ended)
        self.emit(ActionsUncertain=1)
        self._log(saved)
        return saved

    def give_up(self, action: Action, refusal: Refusal, error: str = "") -> Action:
        """End an action as failed, unless an earlier call of it may have had its effect."""
        if action.lost and action.kind not in REPEATABLE:
            return self.uncertain(action, error or refusal.message)
        return self.fail(action, refusal, error)

    def fail(self, action: Action, refusal: Refusal, error: str = "") -> Action:
        """End an action that had no effect."""
        ended = replace(
            action,
            state=ActionState.FAILED,
            failure=self.failure(refusal),
            last_error=error or action.last_error,
            intent=None,
        )
        saved = self.effects.save(ended)
        self.emit(ActionsFailed=1)
        self._log(saved)
        return saved

    def failure(self, refusal: Refusal) -> Failure:
        """Return why something failed, now."""
        return Failure(code=refusal.code, message=refusal.message, at=self.clock.now())

    def _log(self, action: Action) -> None:
        code = action.failure.code if action.failure else ""
        extra = {"action": logged_id(action.id), "kind": action.kind.value, "code": code}
        self.logger.warning(
            "an action ended without success", extra=extra | {"cause": action.last_error or ""}
        )
