"""Holding rules against an item: the first that matches and may act decides.

Every rule that was looked at is recorded with a sentence that says why it did or did not act.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lambdas.comments.rules.conditions import Answer, Condition, conditions_of
from lambdas.comments.rules.limits import LimitKind
from lambdas.comments.rules.model import Outcome, Rule
from lambdas.comments.rules.subject import (
    History,
    LimitBook,
    NoLimits,
    Situation,
    Subject,
    situation,
    situations,
)

OWN = "not: this was written by the account itself, which never starts a rule"


class VerdictKind(enum.StrEnum):
    """What happened with a rule."""

    DECIDED = "decided"
    NO_MATCH = "no_match"
    DRY_RUN = "dry_run"
    LIMITED = "limited"
    DISABLED = "disabled"
    LATER = "later"
    OWN = "own"


@dataclass(frozen=True)
class CompiledRule:
    """A rule with its conditions prepared."""

    rule: Rule
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Verdict:
    """What one rule did with an item, what it would have done, and why.

    `limit` is the one that kept a limited rule from acting.
    """

    rule: str
    matched: bool
    outcome: VerdictKind
    then: tuple[Outcome, ...]
    why: str
    limit: LimitKind | None = None


@dataclass(frozen=True)
class Evaluation:
    """All verdicts in the order of the rules, and the rule that decided, if any."""

    verdicts: tuple[Verdict, ...]
    decision: Rule | None

    @property
    def why(self) -> str | None:
        """Return the sentence of the rule that decided."""
        decided = (one.why for one in self.verdicts if one.outcome is VerdictKind.DECIDED)
        return next(decided, None)


def compile_rules(rules: Iterable[Rule]) -> tuple[CompiledRule, ...]:
    """Return rules that passed `check_rules`, ready to be evaluated."""
    return tuple(CompiledRule(rule, conditions_of(rule)) for rule in rules)


def evaluate(
    rules: Sequence[CompiledRule],
    subject: Subject,
    history: History | None = None,
    limits: LimitBook | None = None,
) -> Evaluation:
    """Return what the rules do with an item; rules after the deciding one are not looked at."""
    verdicts: list[Verdict] = []
    for one, verdict in _verdicts(rules, subject, history, limits):
        if verdict.outcome is not VerdictKind.DISABLED:
            verdicts.append(verdict)
        if verdict.outcome is VerdictKind.DECIDED:
            return Evaluation(tuple(verdicts), one.rule)
    return Evaluation(tuple(verdicts), None)


def preview(
    rules: Sequence[CompiledRule],
    subject: Subject,
    history: History | None = None,
    limits: LimitBook | None = None,
) -> Evaluation:
    """Return what each rule would do with an item, also those after the deciding one."""
    verdicts: list[Verdict] = []
    decision: Rule | None = None
    for one, verdict in _verdicts(rules, subject, history, limits):
        if verdict.outcome is VerdictKind.DECIDED and decision is not None:
            why = f'not: "{decision.name}" comes first; else {verdict.why}'
            verdicts.append(_verdict(one.rule, VerdictKind.LATER, why))
            continue
        verdicts.append(verdict)
        if verdict.outcome is VerdictKind.DECIDED:
            decision = one.rule
    return Evaluation(tuple(verdicts), decision)


def share_of(rule: CompiledRule, subjects: Sequence[Subject]) -> int:
    """Return how many of the last items a rule would match, whatever its limits.

    What the items' authors wrote before is looked up among these items.
    """
    return sum(shares_of((rule,), subjects))


def shares_of(rules: Sequence[CompiledRule], subjects: Sequence[Subject]) -> tuple[int, ...]:
    """Return the same for many rules; each text is prepared once."""
    counts = [0] * len(rules)
    for ready in situations(subjects):
        for index, one in enumerate(rules):
            counts[index] += all(part.ask(ready).holds for part in one.conditions)
    return tuple(counts)


def _verdicts(
    rules: Sequence[CompiledRule],
    subject: Subject,
    history: History | None,
    limits: LimitBook | None,
) -> Iterator[tuple[CompiledRule, Verdict]]:
    ready = situation(subject, history)
    book = limits or NoLimits()
    for one in rules:
        if subject.is_own:
            yield one, _verdict(one.rule, VerdictKind.OWN, OWN)
        elif not one.rule.enabled:
            yield one, _verdict(one.rule, VerdictKind.DISABLED, "not: the rule is switched off")
        else:
            yield one, _judge(one, ready, book)


def _judge(one: CompiledRule, ready: Situation, book: LimitBook) -> Verdict:
    holds, why = _ask(one.conditions, ready)
    if not holds:
        return _verdict(one.rule, VerdictKind.NO_MATCH, f"not: {why}")
    if one.rule.dry_run:
        return _verdict(one.rule, VerdictKind.DRY_RUN, f"only tried out: {why}")
    # Asked last, since it may cost a read.
    reached = book.free(one.rule, ready.subject)
    if reached is not None:
        limited = _verdict(one.rule, VerdictKind.LIMITED, f"not: {reached}; else {why}")
        return replace(limited, limit=reached.kind)
    return _verdict(one.rule, VerdictKind.DECIDED, why)


def _ask(conditions: Sequence[Condition], ready: Situation) -> Answer:
    reasons: list[str] = []
    for condition in conditions:
        answer = condition.ask(ready)
        if not answer.holds:
            return answer
        if answer.why:
            reasons.append(answer.why)
    return Answer(True, " and ".join(reasons) or "the rule has no conditions")


def _verdict(rule: Rule, outcome: VerdictKind, why: str) -> Verdict:
    matched = outcome in (
        VerdictKind.DECIDED,
        VerdictKind.DRY_RUN,
        VerdictKind.LIMITED,
        VerdictKind.LATER,
    )
    return Verdict(rule.name, matched, outcome, rule.outcomes, why)
