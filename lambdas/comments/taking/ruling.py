"""Applying rules to an item: what is decided is stored together with the actions it leads to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccounts
from lambdas.comments.acting.queue import Actions
from lambdas.comments.acting.recording import ActionFactory
from lambdas.comments.escalations import escalated_by
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.media import MediaRecord
from lambdas.comments.pauses import Pauses
from lambdas.comments.records import (
    Action,
    ActionKind,
    Decision,
    Item,
    ItemKind,
    ItemState,
    Outcome,
)
from lambdas.comments.rules.evaluation import CompiledRule, Evaluation, VerdictKind, evaluate
from lambdas.comments.rules.limits import LimitKind
from lambdas.comments.rules.model import Rule
from lambdas.comments.rules.subject import Subject
from lambdas.comments.rules.templates import RenderedTooLong, Values, answer, check_rendered
from lambdas.comments.taking.rule_subject import AuthorHistory, subject_of
from lambdas.comments.taking.used import RuleUse
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError

# After this an answer by a rule would surprise people: a person decides.
MAX_AGE = timedelta(hours=24)
MAX_TRIES = 3
SENDING = (Outcome.REPLY, Outcome.PRIVATE_REPLY)


class RuleSets(Protocol):
    """The rules of accounts."""

    def compiled(self, account_id: str) -> tuple[int, Sequence[CompiledRule]]:
        """Return the version of an account's rules, and the rules ready to be evaluated."""


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """Applies an account's rules. `use_of` counts what rules do about an item."""

    ledger: InboxLedger
    rules: RuleSets
    use_of: Callable[[Item], RuleUse]
    accounts: InboxAccounts
    pauses: Pauses
    factory: ActionFactory
    queue: Actions
    escalated: Callable[[Item], None]
    clock: Clock
    emit: Callable[..., None]

    def apply(self, item: Item, media: MediaRecord | None) -> Item:
        """Decide about an item, store the decision with its actions, and start these.

        Raises ConflictError if the item was changed since it was read, or if its rules act on too
        many others at the same time.
        """
        version, rules = self.rules.compiled(item.account_id)
        subject = subject_of(item, media)
        use = self.use_of(item)
        evaluation = self._evaluated(rules, subject, item, use)
        rule = evaluation.decision
        passed = [
            f"{one.rule}: {one.why}"
            for one in evaluation.verdicts
            if one.outcome in (VerdictKind.DRY_RUN, VerdictKind.LIMITED)
        ]
        decision = Decision(at=self.clock.now(), rules_version=version, passed=tuple(passed))
        if rule is None:
            return self._undecided(item, decision, _held_back(evaluation))
        outcomes, notes = self._possible(rule, item)
        actions = self._actions(rule, outcomes, item, media, use, notes)
        decided = replace(
            decision,
            rule=rule.name,
            why=evaluation.why or "",
            outcomes=outcomes,
            passed=(*passed, *notes),
            actions=tuple(one.id for one in actions),
        )
        changed = self._with_state(replace(item, checked=True, decision=decided), rule, outcomes)
        saved, _ = self.ledger.save(changed, actions)
        self.emit(RuleHits=1)
        for action in actions:
            self.queue.put(action.id)
        saved = saved or changed
        if saved.state is ItemState.ESCALATED:
            self.escalated(saved)
        return saved

    def _evaluated(
        self, rules: Sequence[CompiledRule], subject: Subject, item: Item, use: RuleUse
    ) -> Evaluation:
        history = AuthorHistory(self.ledger, item)
        for _ in range(MAX_TRIES):
            evaluation = evaluate(rules, subject, history, use)
            if evaluation.decision is None or use.use(evaluation.decision, subject) is None:
                return evaluation
            # The last free use went to another item: the rules after this one are next.
        raise ConflictError

    def _undecided(self, item: Item, decision: Decision, held_back: str | None) -> Item:
        """Store that no rule decided; a person answers what a rule was `held_back` from."""
        if held_back and not self.accounts.by_author(item.author_id, item.username):
            note = f"{held_back}: a person is asked, since no answer was sent"
            decision = replace(decision, passed=(*decision.passed, note))
            item = escalated_by(item, f"the limit of the rule {held_back}", decision.at)
        noted = decision if decision.passed else None
        checked = replace(item, checked=True, decision=noted)
        saved, _ = self.ledger.save(checked)
        saved = saved or checked
        if saved.state is ItemState.ESCALATED:
            self.escalated(saved)
        return saved

    def _possible(self, rule: Rule, item: Item) -> tuple[tuple[Outcome, ...], list[str]]:
        """Return what of a rule is done, and sentences about the rest.

        Where an answer cannot be sent a person is asked at once.
        """
        reason = self._silence(item) if set(SENDING) & set(rule.outcomes) else None
        if reason is None:
            return rule.outcomes, []
        kept = tuple(one for one in rule.outcomes if one not in SENDING)
        author = self.accounts.by_author(item.author_id, item.username)
        asks = () if author or Outcome.ESCALATE in kept else (Outcome.ESCALATE,)
        return (*kept, *asks), [f"no answer was sent: {reason}"]

    def _silence(self, item: Item) -> str | None:
        """Return why rules send nothing for an item; None if they do."""
        now = self.clock.now()
        if now - item.at > MAX_AGE:
            return "it is older than a day"
        if item.is_standby:
            return "another app has the conversation"
        if item.is_live:
            return "comments on live video cannot be answered"
        if self.accounts.by_author(item.author_id, item.username):
            return "its author is an account of this site, and two rules could answer each other"
        if until := self.pauses.until(item.account_id, now):
            return f"answers are paused until {until:%Y-%m-%d %H:%M} UTC"
        return None

    def _actions(
        self,
        rule: Rule,
        outcomes: Sequence[Outcome],
        item: Item,
        media: MediaRecord | None,
        use: RuleUse,
        notes: list[str],
    ) -> list[Action]:
        actions = []
        for outcome in outcomes:
            if outcome is Outcome.HIDE:
                actions.append(self.factory.about(item, ActionKind.HIDE, rule=rule.name))
            elif outcome in SENDING:
                text = self._text(rule, outcome, item, media, use, notes)
                if text is not None:
                    actions.append(self._answer(rule, outcome, item, text))
        return actions

    def _text(
        self,
        rule: Rule,
        outcome: Outcome,
        item: Item,
        media: MediaRecord | None,
        use: RuleUse,
        notes: list[str],
    ) -> str | None:
        values = Values(item.username, media.permalink if media else None)
        text = answer(rule.templates, use.turn(rule), values)
        try:
            check_rendered(text, outcome, item.kind)
        except RenderedTooLong as error:
            notes.append(f"no answer was sent: {error}")
            return None
        return text

    def _answer(self, rule: Rule, outcome: Outcome, item: Item, text: str) -> Action:
        if item.kind is ItemKind.MESSAGE:
            subject = keys.person_subject(item.account_id, item.thread)
            return self.factory.of(
                item.account_id,
                subject,
                ActionKind.MESSAGE,
                item.thread,
                text=text,
                rule=rule.name,
                item_id=item.id,
                connected_at=item.connected_at,
            )
        kind = ActionKind.PRIVATE_REPLY
        if outcome is Outcome.REPLY:
            is_mention = item.kind is ItemKind.MENTION
            kind = ActionKind.MENTION_REPLY if is_mention else ActionKind.REPLY
        return self.factory.about(item, kind, text=text, rule=rule.name)

    def _with_state(self, item: Item, rule: Rule, outcomes: Sequence[Outcome]) -> Item:
        if Outcome.ESCALATE in outcomes:
            return escalated_by(item, f"the rule {rule.name}", self.clock.now(), rule.promise)
        if Outcome.DONE in outcomes:
            return replace(item, state=ItemState.DONE, done_by=f"the rule {rule.name}")
        return item


def _held_back(evaluation: Evaluation) -> str | None:
    """Return the rule that would have answered but for a limit; None if its author used it up."""
    return next(
        (
            one.rule
            for one in evaluation.verdicts
            if one.limit in (LimitKind.PER_MEDIA, LimitKind.PER_HOUR)
            and set(SENDING) & set(one.then)
        ),
        None,
    )
