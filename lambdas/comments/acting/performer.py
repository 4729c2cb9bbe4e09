"""Performs actions: each call is recorded before it is made, and made once.

A call whose answer was lost is looked for on Instagram before it is made again. A second worker
that takes the same action finds its version changed, or a call that may be under way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from lambdas.comments.accounts import InboxAccount, InboxAccounts
from lambdas.comments.acting import calls, refusals
from lambdas.comments.acting.calls import Look, ReadBack, Seen
from lambdas.comments.acting.delays import LOOK_PAUSE, MAX_ATTEMPTS, Delays
from lambdas.comments.acting.effects import Effects
from lambdas.comments.acting.endings import Endings
from lambdas.comments.acting.queue import Actions
from lambdas.comments.acting.refusals import Refusal, refusal_of
from lambdas.comments.acting.rivals import CALL_LIFETIME, REPEATABLE, Rivals
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.records import Action, ActionKind, ActionState, Intent
from lambdas.comments.refused_writes import AccountDataDeleted, ResultClaimed
from lambdas.graph.client import Account
from lambdas.graph.errors import (
    Blocked,
    GraphError,
    ObjectLag,
    ReconnectRequired,
    RetryLater,
    UnknownOutcome,
)
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError, ReauthRequired

# Queues deliver to the second.
EARLY = timedelta(seconds=2)
MAX_LOOKS = 4
# What Instagram does not show is looked for once more: see row 17 of the known faults.
MAX_MISSING, MISSING_PAUSE = 2, timedelta(seconds=45)
# So long an action waits for another one about the same thing.
TURN = timedelta(seconds=10)
# "Activity already replied to": the answer of a second private reply.
ANSWERED_BEFORE = 10900


@dataclass(frozen=True, kw_only=True)
class Performer:
    """Performs actions. `account` returns the client of an account, or None."""

    ledger: InboxLedger
    account: Callable[[str], Account | None]
    accounts: InboxAccounts
    effects: Effects
    queue: Actions
    report_refused_token: Callable[[str], None]
    clock: Clock
    logger: Logger
    emit: Callable[..., None]

    @property
    def endings(self) -> Endings:
        """Return what records how an action ended."""
        return Endings(self.effects, self.clock, self.logger, self.emit)

    @property
    def rivals(self) -> Rivals:
        """Return what finds other actions about the same thing."""
        return Rivals(self.ledger, self.clock)

    @property
    def delays(self) -> Delays:
        """Return what puts actions off."""
        return Delays(self.ledger, self.queue, self.endings, self.clock)

    def perform(self, action_id: str) -> Action | None:
        """Do what can be done now for an action; return it as it is then, None if there is none."""
        action = self.ledger.action(action_id)
        if action is None or action.is_settled:
            return action
        if action.due_at > self.clock.now() + EARLY:
            return action
        try:
            return self._advance(action)
        except ConflictError:
            # Another worker has it.
            return self.ledger.action(action_id)
        except AccountDataDeleted:
            # Its owner wants nothing of it to be stored: the deletion takes the action too.
            return action

    def _advance(self, action: Action) -> Action:
        now = self.clock.now()
        known = self.accounts.of(action.account_id)
        try:
            account = self.account(action.account_id)
        except ReauthRequired:
            return self._end_without(action, refusals.LOGIN_NEEDED)
        if account is None or known is None:
            return self._end_without(action, refusals.DISCONNECTED)
        if action.intent is None:
            return self._send(action, account)
        if not action.intent.doubtful and now - action.intent.at < CALL_LIFETIME:
            # Not saved: the worker that has it would lose what it learns.
            self.queue.put(action.id, CALL_LIFETIME - (now - action.intent.at))
            return action
        return self._look(action, account, known)

    def _send(self, action: Action, account: Account) -> Action:
        now = self.clock.now()
        if self.delays.is_too_old(action):
            return self.endings.give_up(action, refusals.TOO_LATE)
        sent = replace(action, intent=Intent(at=now), due_at=now + CALL_LIFETIME, failure=None)
        _, (action,) = self.ledger.save(actions=[sent])
        # From here on others see that the call may be made: of two that ask, one sees the other.
        if obstacle := self._hindered(action):
            return obstacle
        try:
            result_id = calls.make(account, action)
        except UnknownOutcome as error:
            return self.delays.doubt(action, str(error))
        except GraphError as error:
            return self._refused(replace(action, intent=None), error, account)
        return self.endings.succeed(action, result_id)

    def _hindered(self, action: Action) -> Action | None:
        """Return an action whose call must not be made, or not now; None if it can be."""
        idle = replace(action, intent=None)
        if self.effects.is_needless(action):
            return self.endings.give_up(idle, refusals.ANSWERED)
        if self.rivals.is_superseded(action):
            return self.endings.fail(idle, refusals.SUPERSEDED)
        if self.rivals.is_before_opposite(action):
            return self.delays.later(idle, TURN)
        if action.kind not in REPEATABLE and self.rivals.is_second(action):
            return self.delays.later(idle, TURN)
        return None

    def _look(self, action: Action, account: Account, known: InboxAccount) -> Action:
        """Find out whether a call had its effect, before it is made again."""
        if self.rivals.has_twin(action):
            return self.delays.look_again(action, LOOK_PAUSE, "waits for another action")
        item = self.ledger.item(action.item_id) if action.item_id else None
        back = ReadBack(account, known, lambda made: self._is_free(action, made))
        try:
            look = back.look(action, item)
        except RetryLater as error:
            return self.delays.look_again(action, error.retry_after or LOOK_PAUSE, str(error))
        except ReconnectRequired as error:
            self.report_refused_token(action.account_id)
            return self.endings.uncertain(action, str(error))
        except ObjectLag as error:
            # Its comment is gone, and with it any answer.
            return self._missing(action, error, account)
        except GraphError as error:
            return self.endings.uncertain(action, str(error))
        return self._judge(action, look, account)

    def _judge(self, action: Action, look: Look, account: Account) -> Action:
        intent = action.intent or Intent(at=self.clock.now())
        if look.seen is Seen.THERE:
            try:
                return self.endings.succeed(action, look.result_id)
            except ResultClaimed:
                # Another action has made it.
                return self.delays.later(action, LOOK_PAUSE)
        if look.seen is Seen.HIDDEN_FROM_US:
            return self.endings.uncertain(action, "cannot be looked for")
        if action.kind in REPEATABLE:
            return self._send(replace(action, intent=None), account)
        if intent.checks + 1 < MAX_LOOKS:
            seen = replace(intent, doubtful=True, checks=intent.checks + 1)
            return self.delays.later(replace(action, intent=seen), LOOK_PAUSE)
        if action.lost:
            return self.endings.uncertain(action, "was sent twice, and cannot be seen")
        return self._send(replace(action, intent=None, lost=action.lost + 1), account)

    def _is_free(self, action: Action, made: str) -> bool:
        return self.ledger.maker_of(action.account_id, made) in (None, action.id)

    def _refused(self, action: Action, error: GraphError, account: Account) -> Action:
        """Go on after an error that says that nothing was done."""
        if isinstance(error, ObjectLag):
            return self._missing(action, error, account)
        if action.lost and error.cause.code == ANSWERED_BEFORE and not self._was_answered(action):
            # By the first attempt, whose answer was lost and whose message cannot be seen.
            return self.endings.succeed(action, None)
        if isinstance(error, ReconnectRequired):
            self.report_refused_token(action.account_id)
        if isinstance(error, Blocked):
            self.effects.blocked(action)
        if not isinstance(error, RetryLater):
            return self.endings.give_up(action, refusal_of(error, action.kind), str(error))
        return self.delays.retry(action, error)

    def _was_answered(self, action: Action) -> bool:
        return any(
            one.kind is action.kind and one.id != action.id and one.state is not ActionState.FAILED
            for one in self.ledger.actions(action.subject)
        )

    def _missing(self, action: Action, error: GraphError, account: Account) -> Action:
        """Go on after an error that says that something is gone, which is not always true."""
        attempts = action.attempts + 1
        enough = attempts >= MAX_MISSING or action.kind is ActionKind.DELETE
        if enough and (attempts >= MAX_ATTEMPTS or calls.is_gone(account, action)):
            if action.kind is ActionKind.DELETE:
                return self.endings.succeed(action, None)
            # With the mark of its item: what was interrupted is not done again once it has ended.
            return self.endings.fail(replace(action, intent=None), refusals.GONE, str(error))
        if self.delays.is_too_old(action, MISSING_PAUSE):
            return self.endings.give_up(action, refusals.TOO_LATE, str(error))
        failure = self.endings.failure(refusals.GONE)
        tried = replace(action, attempts=attempts, last_error=str(error), failure=failure)
        return self.delays.later(tried, MISSING_PAUSE)

    def _end_without(self, action: Action, refusal: Refusal) -> Action:
        """End an action whose account cannot be used: as failed, unless its call was made."""
        if action.intent is None or action.kind in REPEATABLE:
            return self.endings.fail(replace(action, intent=None), refusal)
        return self.endings.uncertain(action, refusal.message)
